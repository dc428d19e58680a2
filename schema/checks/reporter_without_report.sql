-- Promise: no personal data without the report that it belongs to.
SELECT p.report_id AS report
FROM reporters p
WHERE NOT EXISTS (SELECT FROM reports r WHERE r.id = p.report_id);
