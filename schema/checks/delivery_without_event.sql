-- Promise: nobody is told of what did not happen (deliveries have no foreign key).
SELECT d.id AS delivery, d.case_id AS "case", d.n, d.rule
FROM deliveries d
WHERE NOT EXISTS (SELECT FROM events e WHERE e.case_id = d.case_id AND e.n = d.n);
