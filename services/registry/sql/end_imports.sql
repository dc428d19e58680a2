-- Ends imports that nobody runs any more: those of this instance (it runs none when it asks) and those whose lease is
-- over. $1 now, $2 owner. Tables: writes imports. Locks: those rows.
UPDATE imports SET ended_at = $1::timestamptz, outcome = 'failed'
WHERE ended_at IS NULL AND (owner = $2::text OR due_at < $1::timestamptz)
