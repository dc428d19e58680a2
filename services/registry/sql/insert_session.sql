-- Begins a session, unless its TOTP step was taken before; ends the one that it replaces, and forgives the person's wrong
-- tries. $1 staff id, $2 hash, $3 hash of the device or null, $4 its name or null, $5 what must come first or null, $6
-- how, $7 now, $8 until, $9 seconds of idleness, $10 TOTP step or null, $11 session that it replaces or null, $12
-- address. Columns: id; no row where the step was taken. Tables: writes sessions, passwords, login_failures, audit;
-- reads staff. Locks: the person's rows of passwords and login_failures, the replaced session.
WITH stepped AS (
    UPDATE passwords SET totp_step = $10::bigint
    WHERE staff_id = $1::bigint AND $10::bigint IS NOT NULL AND coalesce(totp_step, 0) < $10::bigint
    RETURNING staff_id
), made AS (
    INSERT INTO sessions (hash, staff_id, how, device_hash, device, must, created_at, until, idle, used_at)
    SELECT $2::bytea, $1::bigint, $6::text, $3::bytea, $4::text, $5::text, $7::timestamptz, $8::timestamptz,
        $9::int * interval '1 second', $7::timestamptz
    WHERE $10::bigint IS NULL OR EXISTS (SELECT FROM stepped)
    RETURNING id
), replaced AS (
    UPDATE sessions SET ended_at = $7::timestamptz
    WHERE id = $11::bigint AND ended_at IS NULL AND EXISTS (SELECT FROM made)
), forgiven AS (
    DELETE FROM login_failures WHERE EXISTS (SELECT FROM made) AND subject =
        (SELECT substr(sha256(convert_to('staff:' || code, 'UTF8')), 1, 16) FROM staff WHERE id = $1::bigint)
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $7::timestamptz, 'registry', 'staff:' || $1::bigint, 'session.made', 'session:' || m.id,
        jsonb_strip_nulls(jsonb_build_object('how', $6::text, 'device', $4::text, 'address', $12::text))
    FROM made m
)
SELECT id FROM made
