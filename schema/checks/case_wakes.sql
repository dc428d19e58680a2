-- Promise: time is acted upon. No case waits to be woken for longer than :age after a clock wanted it (one that was given
-- up is in set_aside), and none is woken that has no clock.
SELECT c.id AS "case", c.state, c.wake_at, c.wake_tries
FROM cases c
WHERE (c.wake_at <= :'now'::timestamptz - :age * interval '1 second' - interval '10 seconds' AND c.wake_tries < 5)
   OR (c.wake_at IS NOT NULL AND c.clocks::text = '{}');
