-- Ends an area now, early or not: a temporary grid, or one of another layer. Posts in it end with it; one
-- that others lie in does not end here. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change
-- things, $6 layer (JSON). Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- scans: areas, for those that lie in it: an area is ended a few times a week
-- Tables: writes areas, area_codes, posts, audit, registry_version (areas, staff, keys). Locks: the rows.
WITH was AS MATERIALIZED (
    SELECT a.id, a.kind, a.layer, a.valid_to, (SELECT p.code FROM areas p WHERE p.id = a.parent_id) AS parent
    FROM areas a
    WHERE a.code = $1::text AND a.layer = $6::text::jsonb ->> 'layer'
    ORDER BY a.valid_to IS NULL OR a.valid_to > $2::timestamptz DESC, a.valid_from DESC
    LIMIT 1
    FOR UPDATE
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'outside', '', '' FROM was WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(was.parent, $1::text) >= r.low COLLATE "C" AND coalesce(was.parent, $1::text) < r.high COLLATE "C")
    UNION ALL
    SELECT 'grid-tree', 'kind', was.kind FROM was WHERE was.layer = 'grid' AND was.kind <> 'temporary'
    UNION ALL
    SELECT 'area-used', 'code', c.code FROM was JOIN areas c ON c.parent_id = was.id AND (c.valid_to IS NULL OR c.valid_to > $2::timestamptz)
), ended AS (
    UPDATE areas a
    SET valid_to = $2::timestamptz, valid_from = least(a.valid_from, $2::timestamptz)
    FROM was
    WHERE a.id = was.id AND (was.valid_to IS NULL OR was.valid_to > $2::timestamptz) AND NOT EXISTS (SELECT FROM faults)
    RETURNING a.id
), coded AS (
    UPDATE area_codes c SET valid_to = $2::timestamptz FROM ended WHERE c.area_id = ended.id AND c.code = $1::text
), posted AS (
    UPDATE posts p SET valid_to = $2::timestamptz FROM ended
    WHERE p.area_id = ended.id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'area.ended', 'area:' || $1::text,
        jsonb_build_object('layer', was.layer, 'valid_to', was.valid_to)
    FROM ended CROSS JOIN was
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind IN ('areas', 'staff', 'keys') AND EXISTS (SELECT FROM ended)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, NULL WHERE NOT EXISTS (SELECT FROM faults)
