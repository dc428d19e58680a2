-- Promise: a one-task link opens a case that exists (links have no foreign key to cases, which a report passes through).
SELECT l.id AS link, l.case_id AS "case"
FROM links l
WHERE NOT EXISTS (SELECT FROM cases c WHERE c.id = l.case_id);
