-- Puts somebody on a roster, or changes who and when. The area, and the person's own, must be where the caller may
-- arrange. Whoever covers a post has its rights meanwhile: so nobody arranges themselves above what they hold (`senior`:
-- the same post or a higher one, there or over it), and a post that reads restricted cases is arranged by who holds such
-- a post there, or an administrator. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change
-- things, $6 what was given (JSON), $7 whether it is new, $8 the version that the caller has seen, $9 the caller's staff
-- id or null.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes duty, audit, registry_version (duty); reads staff, posts, areas,
-- restricted_readers. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT d.id, d.xmin::text AS version, jsonb_build_object('area', a.code, 'post', d.post, 'staff', s.code,
        'kind', d.kind, 'starts_at', d.starts_at, 'ends_at', d.ends_at) AS row
    FROM duty d
    JOIN areas a ON a.id = d.area_id
    JOIN staff s ON s.id = d.staff_id
    WHERE d.code = $1::text
    FOR UPDATE OF d
), fresh AS MATERIALIZED (
    SELECT f.row, (f.row ->> 'starts_at')::timestamptz AS starts_at, (f.row ->> 'ends_at')::timestamptz AS ends_at,
        (SELECT a.id FROM areas a WHERE a.code = f.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1) AS area_id,
        (SELECT s.id FROM staff s WHERE s.code = f.row ->> 'staff' AND s.left_at IS NULL) AS staff_id
    FROM (SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row) f
), ranks (post, rank) AS (
    VALUES ('micro-member', 1), ('worker', 1), ('handler', 1), ('leader', 2), ('dedicated-leader', 2), ('duty-officer', 2),
        ('dispatcher', 3), ('clerk', 3), ('secretary', 4), ('coordinator', 4), ('duty-leader', 4), ('director', 5),
        ('supervisor', 6), ('administrator', 6)
), held AS MATERIALIZED (
    SELECT p.post, coalesce(r.rank, 0) AS rank, EXISTS (SELECT FROM restricted_readers x
        WHERE x.post = p.post AND x.reads = 'always') AS reads
    FROM posts p
    JOIN areas a ON a.id = p.area_id
    JOIN fresh ON starts_with(fresh.row ->> 'area', a.code)
    LEFT JOIN ranks r ON r.post = p.post
    WHERE p.staff_id = $9::bigint AND p.valid_from <= $2::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
), bound AS MATERIALIZED (
    SELECT fresh.row ->> 'post' AS post, fresh.staff_id
    FROM fresh
    WHERE fresh.row ->> 'kind' <> 'leave' AND NOT EXISTS (SELECT FROM unnest($4::text[]) low WHERE low = '')
        AND NOT EXISTS (SELECT FROM held WHERE held.post = 'administrator')
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'outside', '', '' FROM (SELECT row ->> 'area' AS code FROM was UNION ALL SELECT row ->> 'area' FROM fresh) x
    WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE x.code >= r.low COLLATE "C" AND x.code < r.high COLLATE "C")
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'area-unknown', 'area', row ->> 'area' FROM fresh WHERE area_id IS NULL
    UNION ALL
    SELECT 'staff-unknown', 'staff', row ->> 'staff' FROM fresh WHERE staff_id IS NULL
    UNION ALL
    SELECT 'staff-outside', 'staff', row ->> 'staff'
    FROM fresh
    WHERE staff_id IS NOT NULL AND NOT EXISTS (SELECT FROM unnest($4::text[]) low WHERE low = '')
        AND NOT EXISTS (SELECT FROM posts p JOIN areas a ON a.id = p.area_id
            JOIN unnest($4::text[], $5::text[]) r(low, high) ON a.code >= r.low COLLATE "C" AND a.code < r.high COLLATE "C"
            WHERE p.staff_id = fresh.staff_id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz))
    UNION ALL
    SELECT 'post-reserved', 'post', row ->> 'post' -- whoever covers a post has its rights meanwhile
    FROM fresh
    WHERE row ->> 'post' IN ('administrator', 'supervisor') AND NOT EXISTS (SELECT FROM unnest($4::text[]) low WHERE low = '')
    UNION ALL
    SELECT 'post-above', 'post', bound.post
    FROM bound
    WHERE bound.staff_id = $9::bigint AND NOT EXISTS (SELECT FROM held WHERE held.post = bound.post
        OR held.rank > coalesce((SELECT r.rank FROM ranks r WHERE r.post = bound.post), 9))
    UNION ALL
    SELECT 'post-restricted', 'post', bound.post
    FROM bound
    JOIN restricted_readers x ON x.post = bound.post AND x.reads = 'always'
    WHERE NOT EXISTS (SELECT FROM held WHERE held.reads)
    UNION ALL
    SELECT 'period', 'ends_at', row ->> 'ends_at' FROM fresh WHERE ends_at <= starts_at
    UNION ALL
    SELECT 'overlap', 'starts_at', d.code
    FROM fresh
    JOIN duty d ON d.kind = fresh.row ->> 'kind' AND d.starts_at < fresh.ends_at AND d.ends_at > fresh.starts_at
        AND d.code <> $1::text
        AND CASE d.kind WHEN 'leave' THEN d.staff_id = fresh.staff_id AND d.area_id = fresh.area_id AND d.post = fresh.row ->> 'post'
            ELSE d.area_id = fresh.area_id AND d.post = fresh.row ->> 'post'
                AND (d.kind NOT IN ('night', 'holiday') OR d.staff_id = fresh.staff_id) END
), made AS (
    INSERT INTO duty AS d (code, area_id, post, staff_id, kind, starts_at, ends_at)
    SELECT $1::text, area_id, row ->> 'post', staff_id, row ->> 'kind', starts_at, ends_at
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET area_id = excluded.area_id, post = excluded.post, staff_id = excluded.staff_id, kind = excluded.kind,
        starts_at = excluded.starts_at, ends_at = excluded.ends_at
    WHERE NOT $7::boolean
    RETURNING d.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'duty.made' ELSE 'duty.changed' END,
        'duty:' || $1::text, jsonb_build_object('before', (SELECT row FROM was), 'after', fresh.row - 'code')
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'duty' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
