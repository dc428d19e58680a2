-- apart
-- Promise: nothing is dropped in silence. What killed its reader five times, and mail that was given up, is listed here
-- with its reason; the rows are shown and do not fail the check. A run without poison shows none.
SELECT 'arrival' AS what, a.report_id AS id, NULL::int AS n, a.tries, a.set_aside_at AS at, a.reason
FROM arrivals a WHERE a.set_aside_at IS NOT NULL
UNION ALL
SELECT 'notice', n.case_id, n.n, n.tries, n.set_aside_at, n.reason
FROM notices n WHERE n.set_aside_at IS NOT NULL
UNION ALL
SELECT 'delivery', d.id, d.n, d.tries, d.created_at, d.reason
FROM deliveries d WHERE d.state = 'failed'
UNION ALL
SELECT 'clock', c.id, c.version, c.wake_tries, c.wake_at, 'not woken in five tries: nobody is told when its time is over'
FROM cases c WHERE c.wake_tries >= 5
ORDER BY 1, 2;
