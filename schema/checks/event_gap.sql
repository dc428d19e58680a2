-- Promise: the events of a case are numbered 1…version without a gap.
SELECT c.id AS "case", c.version, count(e.n) AS events, min(e.n) AS first, max(e.n) AS last
FROM cases c LEFT JOIN events e ON e.case_id = c.id
GROUP BY c.id, c.version
HAVING count(e.n) <> c.version OR min(e.n) <> 1 OR max(e.n) <> c.version;
