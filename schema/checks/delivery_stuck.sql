-- Promise: a delivery is sent, or given up visibly. None waits past its time by more than :age.
SELECT d.id AS delivery, d.case_id AS "case", d.channel, d.due_at, d.tries, d.reason
FROM deliveries d
WHERE d.state = 'waiting'
  AND (d.due_at IS NULL OR d.due_at <= :'now'::timestamptz - :age * interval '1 second' - interval '10 seconds');
