-- Gives a member of staff a post, from a moment on and perhaps up to another. $1 code of staff, $2 now, $3 actor, $4,
-- $5 low and high codes of where the caller may change things, $6 post, area, from, to (JSON).
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes posts, audit, registry_version (staff, keys); reads staff, areas. Locks: the member of staff.
WITH given AS MATERIALIZED (
    SELECT g.row ->> 'post' AS post, g.row ->> 'area' AS area, coalesce((g.row ->> 'from')::timestamptz, $2::timestamptz) AS valid_from,
        (g.row ->> 'to')::timestamptz AS valid_to, (SELECT a.id FROM areas a
            WHERE a.code = g.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1) AS area_id
    FROM (SELECT $6::text::jsonb AS row) g
), who AS MATERIALIZED (
    SELECT id FROM staff WHERE code = $1::text AND (left_at IS NULL OR left_at > $2::timestamptz) FOR UPDATE
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM who)
    UNION ALL
    SELECT 'outside', '', '' FROM given WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE given.area >= r.low COLLATE "C" AND given.area < r.high COLLATE "C")
    UNION ALL
    SELECT 'area-unknown', 'area', area FROM given WHERE area_id IS NULL
    UNION ALL
    SELECT 'period', 'to', valid_to::text FROM given WHERE valid_to <= valid_from
    UNION ALL
    SELECT 'list-long', 'post', '' WHERE (SELECT count(*) FROM who JOIN posts p ON p.staff_id = who.id
        WHERE p.valid_to IS NULL OR p.valid_to > $2::timestamptz) >= 8
), made AS (
    INSERT INTO posts AS p (staff_id, post, area_id, valid_from, valid_to)
    SELECT who.id, given.post, given.area_id, given.valid_from, given.valid_to
    FROM given CROSS JOIN who
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (staff_id, post, area_id) DO UPDATE
    SET valid_to = excluded.valid_to,
        valid_from = CASE WHEN p.valid_to <= $2::timestamptz THEN excluded.valid_from ELSE p.valid_from END
    RETURNING p.post
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'post.given', 'staff:' || $1::text, $6::text::jsonb FROM made
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind IN ('staff', 'keys') AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, given.post || '@' || given.area, pg_current_xact_id()::xid::text FROM made CROSS JOIN given
