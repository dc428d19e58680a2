-- Revokes a key, if it is in force, and writes that down. $1 id, $2 now, $3 actor. Columns (one row): whether there
-- is such a key. Tables: writes api_keys, audit, registry_version (keys). Locks: the key, the row of
-- registry_version.
WITH revoked AS (
    UPDATE api_keys SET revoked_at = $2::timestamptz WHERE id = $1::bigint AND revoked_at IS NULL RETURNING id, name
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'key.revoked', 'key:' || r.id, jsonb_build_object('name', r.name)
    FROM revoked r
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'keys' AND EXISTS (SELECT FROM revoked)
)
SELECT EXISTS (SELECT FROM api_keys WHERE id = $1::bigint)
