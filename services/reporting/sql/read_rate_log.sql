-- The next events of the log, below the horizon, and what of them may change what a case is to a rate.
-- $1 xid8, $2 int8 case, $3 int4 n: the position; $4 int4 how many
-- Columns: xid, case, n, type, state, whether the restriction changed
-- Tables: events (read, by the index on xid) · Locks: none
SELECT xid, case_id, n, type, state, coalesce(was ? 'restricted', false) AS restriction
FROM events
WHERE xid >= $1::xid8 AND (xid, case_id, n) > ($1::xid8, $2::bigint, $3::int)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, case_id, n LIMIT $4::int
