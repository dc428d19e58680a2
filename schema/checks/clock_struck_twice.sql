-- Promise: each clock strikes once at each mark (warned at so many per cent, over at 100), after any crash. A clock that was
-- started or counted anew is another one: the last event before has another start, limit, extra days or calendar of it than
-- one before that.
WITH strikes AS (
    SELECT e.case_id, e.n, e.data ->> 'clock' AS clock, (e.data ->> 'mark')::int AS mark
    FROM events e WHERE e.data ->> 'clock' IS NOT NULL
), told AS (
    SELECT s.case_id, s.clock, b.n, jsonb_build_array(k.clock -> 'start', k.clock -> 'limit', k.clock -> 'extra', k.clock -> 'calendar') AS kind
    FROM (SELECT DISTINCT case_id, clock FROM strikes) s
    JOIN events b ON b.case_id = s.case_id AND b.data #> ARRAY['effects', 'clocks'] IS NOT NULL
    CROSS JOIN LATERAL (SELECT (b.data #> ARRAY['effects', 'clocks', s.clock])::jsonb AS clock) AS k
), changed AS (
    SELECT case_id, clock, n, kind IS DISTINCT FROM lag(kind) OVER (PARTITION BY case_id, clock ORDER BY n) AS anew FROM told
)
SELECT s.case_id AS "case", s.clock, s.mark, since.n AS since, count(*) AS times, min(s.n) AS first, max(s.n) AS last
FROM strikes s
CROSS JOIN LATERAL (
    SELECT max(c.n) AS n FROM changed c WHERE c.case_id = s.case_id AND c.clock = s.clock AND c.n < s.n AND c.anew
) AS since
GROUP BY s.case_id, s.clock, s.mark, since.n
HAVING count(*) > 1;
