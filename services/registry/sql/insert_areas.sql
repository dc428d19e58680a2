-- The areas that are new. $1 import, $2 now. Tables: writes areas; reads import_staging. Locks: none.
INSERT INTO areas (id, code, layer, level, kind, parent_id, name, name_en, matters, border, point, valid_from, valid_to,
    calendar)
SELECT s.target, s.code, s.row ->> 'layer', s.row ->> 'level', s.row ->> 'kind',
    coalesce(
        (SELECT p.target FROM import_staging p
            WHERE p.import_id = s.import_id AND p.code = s.row ->> 'parent' AND p.row ->> 'layer' IN (s.row ->> 'layer', 'grid')
            ORDER BY p.row ->> 'layer' <> s.row ->> 'layer' LIMIT 1),
        (SELECT p.id FROM areas p
            WHERE p.code = s.row ->> 'parent' AND p.layer IN (s.row ->> 'layer', 'grid')
                AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
            ORDER BY p.layer <> s.row ->> 'layer' LIMIT 1)),
    s.row ->> 'name', s.row ->> 'name_en', ARRAY (SELECT jsonb_array_elements_text(s.row -> 'matters')),
    s.border, s.point, coalesce((s.row ->> 'valid_from')::timestamptz, $2::timestamptz),
    (s.row ->> 'valid_to')::timestamptz, s.row ->> 'calendar'
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action = 'added'
