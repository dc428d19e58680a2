-- Promise: nothing is lost. Every report that was answered 201 hangs on a case, or stands in line for one
-- (arrivals; one that was set aside stands there visibly, see set_aside).
-- Parameters: :now timestamptz, :age seconds; younger rows are left out.
SELECT r.id AS report, r.received_at
FROM reports r
WHERE r.received_at <= :'now'::timestamptz - :age * interval '1 second'
  AND NOT EXISTS (SELECT FROM case_reports l WHERE l.report_id = r.id)
  AND NOT EXISTS (SELECT FROM arrivals a WHERE a.report_id = r.id);
