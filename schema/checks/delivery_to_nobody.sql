-- Promise: a delivery names a recipient that exists: staff, or the reporter of a report.
SELECT d.id AS delivery, d.staff, d.report
FROM deliveries d
WHERE (d.staff IS NOT NULL AND NOT EXISTS (SELECT FROM staff s WHERE s.id = d.staff))
   OR (d.report IS NOT NULL AND NOT EXISTS (SELECT FROM reporters p WHERE p.report_id = d.report AND p.consent));
