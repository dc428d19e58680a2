-- Ends a post now; again is harmless. $1 code of staff, $2 now, $3 actor, $4, $5 low and high codes of where the caller
-- may change things, $6 entry: post@area (JSON). Columns: of a fault its name, field and detail; when done null, null,
-- null, code, version. Tables: writes posts, audit, registry_version (staff, keys); reads staff, areas. Locks: the post.
WITH was AS MATERIALIZED (
    SELECT p.staff_id, p.post, p.area_id, p.valid_from, p.valid_to, a.code
    FROM staff s
    JOIN posts p ON p.staff_id = s.id
    JOIN areas a ON a.id = p.area_id
    WHERE s.code = $1::text AND p.post || '@' || a.code = $6::text::jsonb ->> 'entry'
    FOR UPDATE OF p
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'outside', '', '' FROM was WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE was.code >= r.low COLLATE "C" AND was.code < r.high COLLATE "C")
), ended AS (
    UPDATE posts p
    SET valid_to = $2::timestamptz, valid_from = least(p.valid_from, $2::timestamptz)
    FROM was
    WHERE p.staff_id = was.staff_id AND p.post = was.post AND p.area_id = was.area_id
        AND (was.valid_to IS NULL OR was.valid_to > $2::timestamptz) AND NOT EXISTS (SELECT FROM faults)
    RETURNING p.post
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'post.ended', 'staff:' || $1::text,
        jsonb_build_object('post', was.post, 'area', was.code, 'from', was.valid_from)
    FROM ended CROSS JOIN was
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind IN ('staff', 'keys') AND EXISTS (SELECT FROM ended)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, NULL WHERE NOT EXISTS (SELECT FROM faults)
