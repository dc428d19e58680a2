-- Promise: what was accepted is taken up. No report stands in line for longer than :age, unless it was set aside.
SELECT a.report_id AS report, r.received_at, a.due_at, a.tries, a.reason
FROM arrivals a JOIN reports r ON r.id = a.report_id
WHERE a.set_aside_at IS NULL
  AND r.received_at <= :'now'::timestamptz - :age * interval '1 second';
