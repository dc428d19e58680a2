-- Promise: the log tells only of cases that exist (events have no foreign key).
SELECT e.case_id AS "case", e.n, e.type
FROM events e
WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = e.case_id);
