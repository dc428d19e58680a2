-- Ends an import. $1 id, $2 now, $3 outcome. Tables: writes imports. Locks: the row.
UPDATE imports SET ended_at = $2::timestamptz, outcome = $3::text WHERE id = $1::bigint AND ended_at IS NULL
