-- Takes a person's TOTP secret away (a lost phone), ends their sessions, and writes that down. $1 staff code, $2 now, $3
-- actor. Columns (one row): whether there is such a person. Tables: writes passwords, sessions, audit; reads staff.
-- Locks: the person's row of passwords, their sessions.
WITH removed AS (
    UPDATE passwords SET totp_sealed = NULL, totp_confirmed = false, totp_step = NULL
    WHERE staff_id = (SELECT id FROM staff WHERE code = $1::text) AND totp_sealed IS NOT NULL
    RETURNING staff_id
), ended AS (
    UPDATE sessions SET ended_at = $2::timestamptz WHERE staff_id = (SELECT staff_id FROM removed) AND ended_at IS NULL
), written AS (
    INSERT INTO audit (at, service, actor, action, object)
    SELECT $2::timestamptz, 'registry', $3::text, 'totp.removed', 'staff:' || staff_id FROM removed
)
SELECT EXISTS (SELECT FROM staff WHERE code = $1::text)
