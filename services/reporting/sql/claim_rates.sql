-- Who judges rates by this version of the rules: takes or renews the lease on its cursor, which begins where the log does.
-- $1 text name of the cursor; $2 text me; $3 timestamptz now; $4 timestamptz leased until
-- Columns: xid, case, n: the position from which to go on; no row: somebody else does it
-- Tables: rollup_cursor (insert, update) · Locks: its row
INSERT INTO rollup_cursor AS c (name, xid, case_id, n, owner, due_at)
VALUES ($1::text, '0', 0, 0, $2::text, $4::timestamptz)
ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, due_at = excluded.due_at
    WHERE c.owner = excluded.owner OR c.due_at < $3::timestamptz
RETURNING c.xid, c.case_id, c.n
