-- Promise: nobody is told of what did not happen (notices have no foreign key).
SELECT n.case_id AS "case", n.n, n.rule
FROM notices n
WHERE NOT EXISTS (SELECT FROM events e WHERE e.case_id = n.case_id AND e.n = n.n);
