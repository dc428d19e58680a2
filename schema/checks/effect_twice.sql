-- Promise: one event, one rule, one recipient, one channel: one delivery.
SELECT d.case_id AS "case", d.n, d.rule, d.staff, d.report, d.channel, count(*)
FROM deliveries d
GROUP BY d.case_id, d.n, d.rule, d.staff, d.report, d.channel
HAVING count(*) > 1;
