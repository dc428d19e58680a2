-- Areas in force whose codes lie in a range, by code; also one area by its code. $1 low (inclusive), $2 high
-- (exclusive), $3 level or null, $4 code and $5 id of the last one before the page, $6 limit, $7 now, $8 with
-- outlines. Columns: id, code, name, name_en, level, kind, layer, parent's code, matters (JSON), longitude, latitude,
-- outline (GeoJSON or null), calendar,
-- version. Tables: reads areas. Locks: none.
SELECT a.id, a.code, a.name, a.name_en, a.level, a.kind, a.layer, p.code, to_jsonb(a.matters)::text,
    ST_X(a.point), ST_Y(a.point), CASE WHEN $8::boolean THEN ST_AsGeoJSON(a.border, 7) END, a.calendar, a.xmin::text
FROM areas a
LEFT JOIN areas p ON p.id = a.parent_id
WHERE a.code >= $1::text AND a.code < $2::text AND (a.code, a.id) > ($4::text, $5::bigint)
    AND ($3::text IS NULL OR a.level = $3::text)
    AND a.valid_from <= $7::timestamptz AND (a.valid_to IS NULL OR a.valid_to > $7::timestamptz)
ORDER BY a.code, a.id
LIMIT $6::int
