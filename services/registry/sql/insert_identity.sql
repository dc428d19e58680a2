-- Says who a member of staff is at a single sign-on, and writes that down. $1 staff code, $2 issuer, $3 subject, $4 now,
-- $5 actor. Columns (one row): id or null, staff id or null. Tables: writes staff_identities, audit; reads staff. Locks:
-- none.
WITH person AS (
    SELECT id FROM staff WHERE code = $1::text AND (left_at IS NULL OR left_at > $4::timestamptz)
), made AS (
    INSERT INTO staff_identities (issuer, subject, staff_id, created_at)
    SELECT $2::text, $3::text, id, $4::timestamptz FROM person
    ON CONFLICT DO NOTHING
    RETURNING id, staff_id
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $4::timestamptz, 'registry', $5::text, 'identity.made', 'staff:' || staff_id, jsonb_build_object('issuer', $2::text)
    FROM made
)
SELECT (SELECT id FROM made), (SELECT id FROM person)
