-- Promise: a link joins a report that exists to a case that exists (case_reports have no foreign keys).
SELECT l.report_id AS report, l.case_id AS "case"
FROM case_reports l
WHERE NOT EXISTS (SELECT FROM reports r WHERE r.id = l.report_id)
   OR NOT EXISTS (SELECT FROM cases c WHERE c.id = l.case_id);
