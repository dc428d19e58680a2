-- $1 now, $2 actor, $3 action, $4 object, $5 detail (JSON). Tables: writes audit. Locks: none.
INSERT INTO audit (at, service, actor, action, object, detail)
VALUES ($1::timestamptz, 'registry', $2::text, $3::text, $4::text, $5::text::jsonb)
