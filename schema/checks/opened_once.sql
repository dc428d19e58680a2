-- Promise: a case is opened exactly once, and that is its first event.
SELECT c.id AS "case", count(e.n) AS opened, min(e.n) AS n
FROM cases c LEFT JOIN events e ON e.case_id = c.id AND e.type = 'case.opened'
GROUP BY c.id
HAVING count(e.n) <> 1 OR min(e.n) <> 1;
