-- What stands already of reports that were not written: by their own id (an earlier try of unknown fate) or by key.
-- $1 ids, $2 key hashes. Columns: id, received_at, key_hash, body_hash. Tables read: reports. Locks: none.
SELECT id, received_at, key_hash, body_hash FROM reports WHERE id = ANY ($1::bigint[])
UNION ALL
SELECT id, received_at, key_hash, body_hash FROM reports
WHERE key_hash = ANY ($2::bytea[]) AND NOT id = ANY ($1::bigint[])
