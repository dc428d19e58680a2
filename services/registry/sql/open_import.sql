-- Begins an import, unless one is running. $1 kind, $2 owner, $3 now, $4 end of its lease. Columns: id (no row: one
-- is running). Tables: writes imports. Locks: waits for another that begins.
INSERT INTO imports (kind, owner, started_at, due_at) VALUES ($1::text, $2::text, $3::timestamptz, $4::timestamptz)
ON CONFLICT DO NOTHING
RETURNING id
