-- How far the figures go: the position, and when what stands there happened.
-- Parameters: none
-- Columns: xid, case, n, at (null: nothing folded yet)
-- Tables: rollup_cursor, events (read) · Locks: none
SELECT c.xid, c.case_id, c.n, (SELECT e.at FROM events e WHERE e.case_id = c.case_id AND e.n = c.n) AS at
FROM rollup_cursor c WHERE c.name = 'rollups'
