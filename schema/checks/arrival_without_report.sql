-- Promise: the outbox announces only what exists (arrivals have no foreign key).
SELECT a.report_id AS report, a.due_at
FROM arrivals a
WHERE NOT EXISTS (SELECT FROM reports r WHERE r.id = a.report_id);
