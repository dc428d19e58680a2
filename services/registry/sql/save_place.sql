-- Makes or changes a place; one that was retired comes back when it is made anew.
-- $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change things, $6 what was given
-- (JSON), $7 whether it is new, $8 the version that the caller has seen.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes places, audit, registry_version (places); reads areas. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT p.xmin::text AS version, jsonb_build_object('name', p.name, 'name_en', p.name_en, 'kind', p.kind,
        'aliases', to_jsonb(p.aliases), 'road', p.road, 'number', p.number, 'management', p.management,
        'area', (SELECT a.code FROM areas a WHERE a.id = p.area_id), 'lat', ST_Y(p.point), 'lon', ST_X(p.point)) AS row
    FROM places p
    WHERE p.code = $1::text AND (p.retired_at IS NULL OR p.retired_at > $2::timestamptz)
    FOR UPDATE
), fresh AS MATERIALIZED (
    SELECT f.row, (SELECT a.id FROM areas a WHERE a.code = f.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1) AS area_id
    FROM (SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row) f
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'outside', '', ''
    FROM (SELECT row ->> 'area' AS code FROM was UNION ALL SELECT row ->> 'area' FROM fresh) x
    WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(x.code, '') >= r.low COLLATE "C" AND coalesce(x.code, '') < r.high COLLATE "C")
    UNION ALL
    SELECT 'area-unknown', 'area', row ->> 'area' FROM fresh WHERE row ->> 'area' IS NOT NULL AND area_id IS NULL
), made AS (
    INSERT INTO places AS p (code, name, name_en, kind, aliases, road, number, management, area_id, point)
    SELECT $1::text, row ->> 'name', coalesce(row ->> 'name_en', row ->> 'name'), row ->> 'kind',
        ARRAY (SELECT jsonb_array_elements_text(row -> 'aliases')), row ->> 'road', row ->> 'number', row ->> 'management',
        area_id, ST_SetSRID(ST_MakePoint((row ->> 'lon')::float8, (row ->> 'lat')::float8), 4326)
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind, aliases = excluded.aliases,
        road = excluded.road, number = excluded.number, management = excluded.management, area_id = excluded.area_id,
        point = excluded.point, retired_at = NULL
    WHERE NOT $7::boolean OR p.retired_at <= $2::timestamptz
    RETURNING p.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'place.made' ELSE 'place.changed' END,
        'place:' || $1::text, jsonb_build_object('before', (SELECT row FROM was), 'after', fresh.row - '{code}'::text[])
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'places' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
