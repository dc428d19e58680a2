-- A folder that goes gives the lease back.
-- $1 text me; $2 timestamptz now
-- Columns: none
-- Tables: rollup_cursor (update) · Locks: its row
UPDATE rollup_cursor SET due_at = $2::timestamptz WHERE name = 'rollups' AND owner = $1::text
