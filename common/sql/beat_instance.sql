-- An instance says that it lives. $1 kind, $2 id, $3 version, $4 ready, $5 reason or null, $6 now.
-- Tables written: instances (its own row). Locks: that row.
INSERT INTO instances AS i (kind, id, version, ready, reason, seen_at)
VALUES ($1::text, $2::int4, $3::text, $4::boolean, $5::text, $6::timestamptz)
ON CONFLICT (kind, id) DO UPDATE
SET version = excluded.version, ready = excluded.ready, reason = excluded.reason, seen_at = excluded.seen_at
