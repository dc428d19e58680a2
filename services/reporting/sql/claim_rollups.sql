-- Who folds: takes or renews the lease on the log's one folder.
-- $1 text me; $2 timestamptz now; $3 timestamptz leased until
-- Columns: xid, case, n: the position from which to fold; no row: somebody else folds
-- Tables: rollup_cursor (update) · Locks: its row
UPDATE rollup_cursor SET owner = $1::text, due_at = $3::timestamptz
WHERE name = 'rollups' AND (owner = $1 OR due_at < $2::timestamptz)
RETURNING xid, case_id, n
