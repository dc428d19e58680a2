-- The next events to fold, in the log's order, below the horizon.
-- $1 xid8, $2 int8 case, $3 int4 n: the position folded; $4 int4 how many
-- Columns: as enum store_fold in store.h
-- Tables: events (by the index on xid), cases, reports (read) · Locks: none
SELECT xid, case_id, n, at, training, area, state, category,
    was->>'area', was->>'state', was ? 'category', was->>'category', restricted,
    coalesce((was->>'restricted')::boolean, restricted),
    CASE WHEN was ? 'state' THEN (SELECT f.at FROM events f WHERE f.case_id = e.case_id AND f.n = 1) END AS opened_at,
    CASE WHEN was ? 'state' THEN (SELECT c.workflow FROM cases c WHERE c.id = e.case_id) END AS workflow,
    CASE WHEN was ? 'state' THEN (SELECT p.backfilled FROM reports p WHERE p.id = e.case_id) END AS backfilled,
    type
FROM events e
WHERE xid >= $1::xid8 AND (xid, case_id, n) > ($1::xid8, $2::bigint, $3::int)
    AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, case_id, n LIMIT $4::int
