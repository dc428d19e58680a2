-- Keeps a new TOTP secret, not in force until a code confirms it. $1 staff id, $2 the sealed secret. Columns: staff id; no
-- row where the person has no password, or a secret in force. Tables: writes passwords. Locks: the person's row.
UPDATE passwords SET totp_sealed = $2::bytea, totp_confirmed = false, totp_step = NULL
WHERE staff_id = $1::bigint AND NOT totp_confirmed
RETURNING staff_id
