-- Promise: who must know is told. No notice stands in line for longer than :age, unless it was set aside.
SELECT n.case_id AS "case", n.n, n.rule, e.at, n.due_at, n.tries, n.reason
FROM notices n JOIN events e ON e.case_id = n.case_id AND e.n = n.n
WHERE n.set_aside_at IS NULL
  AND e.at <= :'now'::timestamptz - :age * interval '1 second';
