-- Promise: an Idempotency-Key stands for the event that it made.
SELECT encode(k.key, 'hex') AS key, k.case_id AS "case", k.n
FROM action_keys k
WHERE NOT EXISTS (SELECT FROM events e WHERE e.case_id = k.case_id AND e.n = k.n);
