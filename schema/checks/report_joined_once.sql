-- Promise: each further report of a case is one event: as many case.joined as there are reports beyond the first.
SELECT c.id AS "case", l.reports, coalesce(j.joined, 0) AS joined
FROM cases c
JOIN (SELECT case_id, count(*) AS reports FROM case_reports GROUP BY case_id) l ON l.case_id = c.id
LEFT JOIN (SELECT case_id, count(*) AS joined FROM events WHERE type = 'case.joined' GROUP BY case_id) j
    ON j.case_id = c.id
WHERE l.reports <> 1 + coalesce(j.joined, 0);
