-- Moves the lease of an import on, and holds its row until the transaction ends. $1 id, $2 end of its lease. Columns:
-- id (no row: the import was ended by somebody else). Tables: writes imports. Locks: the row.
UPDATE imports SET due_at = $2::timestamptz WHERE id = $1::bigint AND ended_at IS NULL RETURNING id
