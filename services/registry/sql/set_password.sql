-- Gives a person a password. By an administrator: a one-time one, which also ends all sessions and opens a lock. By the
-- person: ends all other sessions. $1 staff id, $2 or code, $3 hash, $4 end of a one-time password or null, $5 now, $6
-- actor, $7 the session that goes on or null. Columns: staff id; no row where there is no such person. Tables: writes
-- passwords, sessions, login_failures, audit; reads staff. Locks: the person's rows in these.
WITH person AS (
    SELECT id, code FROM staff
    WHERE id = coalesce($1::bigint, (SELECT id FROM staff WHERE code = $2::text)) AND (left_at IS NULL OR left_at > $5::timestamptz)
), set_ AS (
    INSERT INTO passwords (staff_id, hash, one_time_until, set_at)
    SELECT id, $3::text, $4::timestamptz, $5::timestamptz FROM person
    ON CONFLICT (staff_id) DO UPDATE SET hash = excluded.hash, one_time_until = excluded.one_time_until, set_at = excluded.set_at
    RETURNING staff_id
), ended AS (
    UPDATE sessions SET ended_at = $5::timestamptz
    WHERE staff_id = (SELECT staff_id FROM set_) AND ended_at IS NULL AND id IS DISTINCT FROM $7::bigint
), forgiven AS (
    DELETE FROM login_failures
    WHERE subject = (SELECT substr(sha256(convert_to('staff:' || code, 'UTF8')), 1, 16) FROM person)
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $5::timestamptz, 'registry', $6::text, CASE WHEN $4::timestamptz IS NULL THEN 'password.changed' ELSE 'password.set' END,
        'staff:' || staff_id, '{}'
    FROM set_
)
SELECT staff_id FROM set_
