-- Promise: each clock strikes once at each mark (warned at so many per cent, over at 100), after any crash. A clock that
-- was started anew or given more time is another one: its start and its extra days say so, as the last event before has it.
WITH strikes AS (
    SELECT e.case_id, e.n, e.data ->> 'clock' AS clock, (e.data ->> 'mark')::int AS mark
    FROM events e WHERE e.data ->> 'clock' IS NOT NULL
)
SELECT s.case_id AS "case", s.clock, s.mark, was.start, count(*) AS times, min(s.n) AS first, max(s.n) AS last
FROM strikes s
CROSS JOIN LATERAL (
    SELECT b.data #>> ARRAY['effects', 'clocks', s.clock, 'start'] AS start,
           b.data #>> ARRAY['effects', 'clocks', s.clock, 'extra'] AS extra
    FROM events b
    WHERE b.case_id = s.case_id AND b.n < s.n AND b.data #> ARRAY['effects', 'clocks'] IS NOT NULL
    ORDER BY b.n DESC LIMIT 1
) AS was
GROUP BY s.case_id, s.clock, s.mark, was.start, was.extra
HAVING count(*) > 1;
