-- Makes a temporary grid or an area of another layer, or changes any area: name, matters, addresses, outline, calendar,
-- its end. Level, kind and parent stay. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change things, $6 what was given
-- (JSON), $7 whether it is new, $8 the version that the caller has seen.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes areas, area_codes, area_addresses, audit, registry_version (areas); reads categories, calendars.
-- Locks: the rows.
WITH was AS MATERIALIZED (
    SELECT a.id, a.xmin::text AS version, a.code AS place, jsonb_build_object('layer', a.layer, 'level', a.level,
        'kind', a.kind, 'parent', (SELECT p.code FROM areas p WHERE p.id = a.parent_id), 'name', a.name,
        'name_en', a.name_en, 'matters', to_jsonb(a.matters), 'valid_from', a.valid_from, 'valid_to', a.valid_to,
        'calendar', a.calendar) AS row
    FROM areas a
    WHERE a.code = $1::text AND a.layer = $6::text::jsonb ->> 'layer' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
    FOR UPDATE
), fresh AS MATERIALIZED (
    SELECT f.row, b.outline, p.id AS parent_id, p.level AS above
    FROM (SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row) f
    LEFT JOIN LATERAL (SELECT id, level FROM areas p
        WHERE p.code = f.row ->> 'parent' AND p.layer IN (f.row ->> 'layer', 'grid')
            AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
        ORDER BY p.layer <> f.row ->> 'layer' LIMIT 1) p ON true
    CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_GeomFromGeoJSON(f.row ->> 'border'), 4326) AS outline OFFSET 0) b
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'outside', '', ''
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(row ->> 'parent', $1::text) >= r.low COLLATE "C"
            AND coalesce(row ->> 'parent', $1::text) < r.high COLLATE "C")
    UNION ALL
    SELECT 'grid-tree', 'kind', row ->> 'kind' FROM fresh
    WHERE $7::boolean AND row ->> 'layer' = 'grid' AND row ->> 'kind' <> 'temporary'
    UNION ALL
    SELECT 'parent-unknown', 'parent', row ->> 'parent' FROM fresh WHERE row ->> 'parent' IS NOT NULL AND parent_id IS NULL
    UNION ALL
    SELECT 'parent-level', 'parent', row ->> 'parent'
    FROM fresh
    WHERE $7::boolean AND parent_id IS NOT NULL AND NOT CASE row ->> 'level' WHEN 'street' THEN above = 'district'
        WHEN 'community' THEN above = 'street' WHEN 'grid' THEN above IN ('district', 'street', 'community')
        WHEN 'micro' THEN above = 'grid' ELSE false END
    UNION ALL
    SELECT 'level-changed', k, fresh.row ->> k
    FROM was CROSS JOIN fresh CROSS JOIN unnest(ARRAY['level', 'kind', 'parent', 'layer']) k
    WHERE NOT $7::boolean AND was.row -> k IS DISTINCT FROM fresh.row -> k
    UNION ALL
    SELECT CASE WHEN ST_IsEmpty(outline) THEN 'geometry-empty' ELSE 'geometry-invalid' END, 'geometry', ''
    FROM fresh
    WHERE outline IS NOT NULL AND (ST_IsEmpty(outline) OR NOT ST_IsValid(outline))
    UNION ALL
    SELECT 'period', 'valid_to', row ->> 'valid_to'
    FROM fresh
    WHERE (row ->> 'valid_to')::timestamptz <= coalesce((row ->> 'valid_from')::timestamptz, $2::timestamptz)
    UNION ALL
    SELECT 'temporary-end', 'valid_to', NULL FROM fresh WHERE row ->> 'kind' = 'temporary' AND row ->> 'valid_to' IS NULL
    UNION ALL
    SELECT 'category-unknown', 'matters', m.code
    FROM fresh CROSS JOIN LATERAL jsonb_array_elements_text(fresh.row -> 'matters') m(code)
    WHERE NOT EXISTS (SELECT FROM categories c WHERE c.code = m.code)
    UNION ALL
    SELECT 'calendar-unknown', 'calendar', row ->> 'calendar'
    FROM fresh
    WHERE row ->> 'calendar' IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = fresh.row ->> 'calendar')
), ids AS MATERIALIZED (
    SELECT coalesce((SELECT id FROM was), nextval('areas_id_seq')) AS id WHERE NOT EXISTS (SELECT FROM faults)
), made AS (
    INSERT INTO areas AS a (id, code, layer, level, kind, parent_id, name, name_en, matters, border, point, valid_from,
        valid_to, calendar)
    SELECT ids.id, $1::text, row ->> 'layer', row ->> 'level', row ->> 'kind', parent_id, row ->> 'name',
        coalesce(row ->> 'name_en', row ->> 'name'), ARRAY (SELECT jsonb_array_elements_text(row -> 'matters')), outline,
        ST_PointOnSurface(outline), coalesce((row ->> 'valid_from')::timestamptz, $2::timestamptz),
        (row ->> 'valid_to')::timestamptz, row ->> 'calendar'
    FROM fresh CROSS JOIN ids
    ON CONFLICT (id) DO UPDATE
    SET name = excluded.name, name_en = excluded.name_en, matters = excluded.matters, valid_from = excluded.valid_from,
        valid_to = excluded.valid_to, calendar = excluded.calendar,
        border = CASE WHEN $6::text::jsonb ? 'drawn' THEN excluded.border ELSE a.border END,
        point = CASE WHEN $6::text::jsonb ? 'drawn' THEN excluded.point ELSE a.point END
    RETURNING a.id, a.valid_from, a.valid_to
), coded AS (
    INSERT INTO area_codes AS c (area_id, code, valid_from, valid_to)
    SELECT made.id, $1::text, made.valid_from, made.valid_to FROM made WHERE $7::boolean
), moved AS (
    UPDATE area_codes c SET valid_to = made.valid_to FROM made
    WHERE NOT $7::boolean AND c.area_id = made.id AND c.code = $1::text AND c.valid_to IS DISTINCT FROM made.valid_to
), left_out AS (
    DELETE FROM area_addresses d USING made WHERE d.area_id = made.id AND $6::text::jsonb ? 'addresses'
), listed AS (
    INSERT INTO area_addresses (area_id, compound, building, road, number_from, number_to)
    SELECT made.id, e ->> 'compound', e ->> 'building', e ->> 'road', (e ->> 'from')::int, (e ->> 'to')::int
    FROM made CROSS JOIN LATERAL jsonb_array_elements($6::text::jsonb -> 'addresses') e
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'area.made' ELSE 'area.changed' END,
        'area:' || $1::text, jsonb_build_object('before', (SELECT row FROM was), 'after', fresh.row - '{code,border,drawn}'::text[])
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'areas' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
