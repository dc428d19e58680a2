-- Ends a session and writes that down. $1 id, $2 the staff whose it must be, null: anybody's, $3 now, $4 actor. Columns
-- (one row): whether there is such a session. Tables: writes sessions, audit. Locks: the session.
WITH ended AS (
    UPDATE sessions SET ended_at = $3::timestamptz
    WHERE id = $1::bigint AND ($2::bigint IS NULL OR staff_id = $2::bigint) AND ended_at IS NULL
    RETURNING id
), written AS (
    INSERT INTO audit (at, service, actor, action, object)
    SELECT $3::timestamptz, 'registry', $4::text, 'session.ended', 'session:' || e.id FROM ended e
)
SELECT EXISTS (SELECT FROM sessions WHERE id = $1::bigint AND ($2::bigint IS NULL OR staff_id = $2::bigint))
