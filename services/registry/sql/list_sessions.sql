-- A person's sessions that go on, newest first. $1 staff id, $2 or their code, $3 now. Columns: id, how, device,
-- created_at, until, used_at. Tables: reads sessions, staff. Locks: none.
SELECT s.id, s.how, s.device, s.created_at, s.until, s.used_at
FROM sessions s
WHERE s.staff_id = coalesce($1::bigint, (SELECT id FROM staff WHERE code = $2::text)) AND s.ended_at IS NULL
    AND s.until > $3::timestamptz AND s.used_at + s.idle > $3::timestamptz
ORDER BY s.id DESC
LIMIT 500
