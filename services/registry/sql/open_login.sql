-- Begins to judge a password: writes the try down as a wrong one first, so that many at once count as many, and gives
-- what it is judged by. Five wrong within a quarter of an hour lock the person, known or not, for a minute, each further
-- one for twice as long, up to an hour; forgotten a quarter of an hour after the lock is over. $1 code that was given, or
-- null, $2 else the staff's id, $3 address, $4 now. Columns (one row): seconds that person or address are still locked
-- (null: this try counts), whether this try locks, staff id, password, whether it is a one-time one, whether that has
-- expired, sealed TOTP secret where one is confirmed, its last step, the person's posts (held, or
-- covered by a roster now), their code. Tables: writes login_failures; reads staff, passwords, posts, duty. Locks: the person's row of login_failures.
WITH person AS (
    SELECT s.id, s.code FROM staff s
    WHERE (s.code = $1::text OR s.id = $2::bigint) AND (s.left_at IS NULL OR s.left_at > $4::timestamptz)
), subjects AS (
    SELECT substr(sha256(convert_to('staff:' || coalesce((SELECT code FROM person), $1::text, ''), 'UTF8')), 1, 16) AS who,
        substr(sha256(convert_to('address:' || $3::text, 'UTF8')), 1, 16) AS place
), counted AS (
    INSERT INTO login_failures AS f (subject, failures, started_at, failed_at)
    SELECT who, 1, $4::timestamptz, $4::timestamptz FROM subjects
    WHERE NOT EXISTS (SELECT FROM login_failures l WHERE l.subject = place AND l.locked_until > $4::timestamptz)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN coalesce(f.locked_until, f.started_at) <= $4::timestamptz - interval '15 minutes' THEN 1
                        ELSE f.failures + 1 END,
        started_at = CASE WHEN coalesce(f.locked_until, f.started_at) <= $4::timestamptz - interval '15 minutes' THEN $4::timestamptz
                          ELSE f.started_at END,
        failed_at = $4::timestamptz,
        locked_until = CASE WHEN coalesce(f.locked_until, f.started_at) <= $4::timestamptz - interval '15 minutes' THEN NULL
                            WHEN f.failures >= 4 THEN $4::timestamptz + least(60, power(2, least(f.failures, 20) - 4)) * interval '1 minute' END
    WHERE f.locked_until IS NULL OR f.locked_until <= $4::timestamptz
    RETURNING locked_until
)
SELECT CASE WHEN NOT EXISTS (SELECT FROM counted) THEN
        greatest(1, ceil(extract(epoch FROM coalesce((SELECT max(l.locked_until) FROM login_failures l, subjects
            WHERE l.subject IN (who, place)), $4::timestamptz) - $4::timestamptz)))::int END,
    EXISTS (SELECT FROM counted WHERE locked_until IS NOT NULL),
    p.id, w.hash, w.one_time_until IS NOT NULL, coalesce(w.one_time_until <= $4::timestamptz, false),
    CASE WHEN w.totp_confirmed THEN w.totp_sealed END, w.totp_step,
    (SELECT string_agg(h.post, ',') FROM (
        SELECT o.post FROM posts o
        WHERE o.staff_id = p.id AND o.valid_from <= $4::timestamptz AND (o.valid_to IS NULL OR o.valid_to > $4::timestamptz)
        UNION
        SELECT d.post FROM duty d
        WHERE d.staff_id = p.id AND d.kind <> 'leave' AND d.starts_at <= $4::timestamptz AND d.ends_at > $4::timestamptz) h), p.code
FROM (SELECT) AS one LEFT JOIN person p ON true LEFT JOIN passwords w ON w.staff_id = p.id
