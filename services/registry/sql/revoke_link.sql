-- Revokes a link, if it is in force, and writes that down. $1 id, $2 now, $3 actor. Columns: id; no row where it was revoked
-- before. Tables: writes links, audit. Locks: the link.
WITH revoked AS (
    UPDATE links SET revoked_at = $2::timestamptz WHERE id = $1::bigint AND revoked_at IS NULL RETURNING id, case_id
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'link.revoked', 'link:' || id, jsonb_build_object('case', case_id::text)
    FROM revoked
)
SELECT id FROM revoked
