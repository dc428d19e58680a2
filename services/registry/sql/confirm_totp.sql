-- Puts the secret in force that this code was made with, and writes that down. $1 staff id, $2 the sealed secret that was
-- judged, $3 step, $4 now. Columns: staff id; no row where another was enrolled meanwhile. Tables: writes passwords,
-- audit. Locks: the person's row.
WITH confirmed AS (
    UPDATE passwords SET totp_confirmed = true, totp_step = $3::bigint
    WHERE staff_id = $1::bigint AND totp_sealed = $2::bytea AND NOT totp_confirmed
    RETURNING staff_id
), written AS (
    INSERT INTO audit (at, service, actor, action, object)
    SELECT $4::timestamptz, 'registry', 'staff:' || staff_id, 'totp.confirmed', 'staff:' || staff_id FROM confirmed
)
SELECT staff_id FROM confirmed
