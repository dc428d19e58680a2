-- The areas that change; a file that cannot carry outlines leaves them as they are. $1 import, $2 now. Tables: writes
-- areas; reads import_staging. Locks: the rows.
UPDATE areas a
SET kind = s.row ->> 'kind',
    parent_id = coalesce(
        (SELECT p.target FROM import_staging p
            WHERE p.import_id = s.import_id AND p.code = s.row ->> 'parent' AND p.row ->> 'layer' IN (s.row ->> 'layer', 'grid')
            ORDER BY p.row ->> 'layer' <> s.row ->> 'layer' LIMIT 1),
        (SELECT p.id FROM areas p
            WHERE p.code = s.row ->> 'parent' AND p.layer IN (s.row ->> 'layer', 'grid')
                AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
            ORDER BY p.layer <> s.row ->> 'layer' LIMIT 1)),
    name = s.row ->> 'name', name_en = s.row ->> 'name_en',
    matters = ARRAY (SELECT jsonb_array_elements_text(s.row -> 'matters')),
    border = CASE WHEN (s.row ->> 'drawn')::boolean THEN s.border ELSE a.border END,
    point = CASE WHEN (s.row ->> 'drawn')::boolean THEN s.point ELSE a.point END,
    valid_from = coalesce((s.row ->> 'valid_from')::timestamptz, a.valid_from),
    valid_to = (s.row ->> 'valid_to')::timestamptz, calendar = s.row ->> 'calendar'
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action = 'changed' AND a.id = s.target
