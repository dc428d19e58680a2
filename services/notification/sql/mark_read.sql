-- The recipient has read an entry of the own inbox; the first time counts.
-- $1 int8 delivery · $2 int8 staff · $3 timestamptz now
-- Columns: read_at; no row: there is no such entry in this person's inbox
-- Tables: deliveries (update) · Locks: the row
UPDATE deliveries SET read_at = coalesce(read_at, $3::timestamptz)
WHERE id = $1::bigint AND staff = $2::bigint AND channel = 'inbox'
RETURNING read_at;
