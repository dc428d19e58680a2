-- Places new and changed. $1 import, $2 now. Tables: writes places; reads import_staging, areas. Locks: the rows.
INSERT INTO places (code, name, name_en, kind, aliases, road, number, management, area_id, point)
SELECT s.code, s.row ->> 'name', s.row ->> 'name_en', s.row ->> 'kind',
    ARRAY (SELECT jsonb_array_elements_text(s.row -> 'aliases')), s.row ->> 'road', s.row ->> 'number',
    s.row ->> 'management',
    (SELECT a.id FROM areas a
        WHERE a.code = s.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
        ORDER BY a.layer <> 'grid', a.id LIMIT 1),
    ST_SetSRID(ST_MakePoint((s.row ->> 'lon')::float8, (s.row ->> 'lat')::float8), 4326)
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind, aliases = excluded.aliases,
    road = excluded.road, number = excluded.number, management = excluded.management, area_id = excluded.area_id,
    point = excluded.point, retired_at = NULL
