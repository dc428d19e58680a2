-- Who asks, by what they show, and the posts in force of the person behind it: a row for each post. A session's last use
-- is moved on once a minute; a link's once a day, and written down. $1 hash, $2 now, $3 what it is: 1 key, 2 session,
-- 3 one-task link, $4 the service that asks. Columns: key id, session id, link id, staff_id, administrator, system,
-- area of a system, rate, whether it is over (ended, expired, revoked), what a session must do first, hash of its
-- device, case and task of a link, the person's party, post (held, or covered by a roster now), area code, level,
-- area id, whether that area is the root, which restricted cases the post reads.
-- Tables: reads api_keys, sessions, links, staff, posts, duty, areas, restricted_readers; writes sessions, links (used_at),
-- audit. Locks: the
-- session's or link's row, when it is moved on.
WITH session_used AS (
    UPDATE sessions SET used_at = $2::timestamptz
    WHERE $3::int = 2 AND hash = $1::bytea AND ended_at IS NULL AND until > $2::timestamptz
        AND used_at + idle > $2::timestamptz AND used_at <= $2::timestamptz - interval '1 minute'
), link_used AS (
    UPDATE links SET used_at = $2::timestamptz
    WHERE $3::int = 3 AND hash = $1::bytea AND revoked_at IS NULL AND until > $2::timestamptz
        AND (used_at IS NULL OR used_at <= $2::timestamptz - interval '1 day')
    RETURNING id, staff_id, case_id, task
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, $4::text, 'link:' || id, 'link.used', 'link:' || id,
        jsonb_build_object('staff', staff_id::text, 'case', case_id::text, 'task', task)
    FROM link_used
), shown AS (
    SELECT k.id AS key_id, NULL::bigint AS session_id, NULL::bigint AS link_id, k.staff_id, k.administrator, k.system,
        k.area_id, k.rate, k.revoked_at IS NOT NULL AS over, NULL::text AS must, NULL::bytea AS device_hash,
        NULL::bigint AS case_id, NULL::int AS task
    FROM api_keys k WHERE $3::int = 1 AND k.hash = $1::bytea
    UNION ALL
    SELECT NULL, s.id, NULL, s.staff_id, false, NULL, NULL, 50,
        s.ended_at IS NOT NULL OR s.until <= $2::timestamptz OR s.used_at + s.idle <= $2::timestamptz, s.must,
        s.device_hash, NULL, NULL
    FROM sessions s WHERE $3::int = 2 AND s.hash = $1::bytea
    UNION ALL
    SELECT NULL, NULL, l.id, l.staff_id, false, NULL, NULL, l.rate,
        l.revoked_at IS NOT NULL OR l.until <= $2::timestamptz, NULL, NULL, l.case_id, l.task
    FROM links l WHERE $3::int = 3 AND l.hash = $1::bytea
)
SELECT w.key_id, w.session_id, w.link_id, w.staff_id, w.administrator, w.system, scope.code, w.rate,
    w.over OR coalesce(s.left_at <= $2::timestamptz, false), w.must, w.device_hash, w.case_id, w.task, s.party_id,
    p.post, a.code, a.level, a.id, a.parent_id IS NULL, x.reads
FROM shown w
LEFT JOIN areas scope ON scope.id = w.area_id
LEFT JOIN staff s ON s.id = w.staff_id
LEFT JOIN LATERAL (
    SELECT h.post, h.area_id FROM posts h
    WHERE h.staff_id = s.id AND h.valid_from <= $2::timestamptz AND (h.valid_to IS NULL OR h.valid_to > $2::timestamptz)
    UNION
    SELECT d.post, d.area_id FROM duty d
    WHERE d.staff_id = s.id AND d.kind <> 'leave' AND d.starts_at <= $2::timestamptz AND d.ends_at > $2::timestamptz) p
    ON w.link_id IS NULL
LEFT JOIN areas a ON a.id = p.area_id
LEFT JOIN restricted_readers x ON x.post = p.post
ORDER BY p.post, a.code
