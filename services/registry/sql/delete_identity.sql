-- Forgets who a member of staff is elsewhere, ends their sessions from there, and writes that down. $1 staff code, $2 id,
-- $3 now, $4 actor. Columns: staff id; no row where there is no such identity. Tables: writes staff_identities, sessions,
-- audit; reads staff. Locks: the identity, the sessions.
WITH gone AS (
    DELETE FROM staff_identities
    WHERE id = $2::bigint AND staff_id = (SELECT id FROM staff WHERE code = $1::text)
    RETURNING staff_id, issuer
), ended AS (
    UPDATE sessions SET ended_at = $3::timestamptz
    WHERE staff_id = (SELECT staff_id FROM gone) AND how = 'sso' AND ended_at IS NULL
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $3::timestamptz, 'registry', $4::text, 'identity.removed', 'staff:' || staff_id, jsonb_build_object('issuer', issuer)
    FROM gone
)
SELECT staff_id FROM gone
