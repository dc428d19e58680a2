-- Promise: a delivery names a recipient that exists: staff, or the reporter of a report (or one whose name and number
-- were deleted when their time was over).
SELECT d.id AS delivery, d.staff, d.report
FROM deliveries d
WHERE (d.staff IS NOT NULL AND NOT EXISTS (SELECT FROM staff s WHERE s.id = d.staff))
   OR (d.report IS NOT NULL AND NOT EXISTS (SELECT FROM reporters p WHERE p.report_id = d.report AND p.consent)
       AND NOT EXISTS (SELECT FROM forgotten f WHERE f.report_id = d.report));
