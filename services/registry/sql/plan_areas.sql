-- For a slice of staged areas: which area each becomes (the one in force; the one that ended when the row says, so that
-- closing an area twice is harmless), and whether it is new or changes. $1 import, $2 now, $3 after
-- this line, $4 up to this line. Tables: writes import_staging; reads areas, area_addresses. Locks: those rows.
UPDATE import_staging s
SET (target, action) = (
    SELECT coalesce(a.id, nextval('areas_id_seq')), CASE WHEN a.id IS NULL THEN 'added' WHEN
        a.name = s.row ->> 'name' AND a.name_en = s.row ->> 'name_en' AND a.kind = s.row ->> 'kind'
        AND p.code IS NOT DISTINCT FROM s.row ->> 'parent' COLLATE "C" AND to_jsonb(a.matters) = s.row -> 'matters'
        AND a.valid_from = coalesce((s.row ->> 'valid_from')::timestamptz, a.valid_from)
        AND a.valid_to IS NOT DISTINCT FROM (s.row ->> 'valid_to')::timestamptz
        AND a.calendar IS NOT DISTINCT FROM s.row ->> 'calendar' COLLATE "C"
        AND (NOT (s.row ->> 'drawn')::boolean OR a.border IS NOT DISTINCT FROM s.border)
        AND (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]') FROM jsonb_array_elements(s.row -> 'addresses') e)
            = (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]')
                FROM (SELECT jsonb_strip_nulls(jsonb_build_object('compound', compound, 'building', building,
                        'road', road, 'from', number_from, 'to', number_to)) AS e
                    FROM area_addresses
                    WHERE area_id = a.id) kept)
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (
        SELECT *
        FROM areas
        WHERE code = s.code AND layer = s.row ->> 'layer'
            AND (valid_to IS NULL OR valid_to > $2::timestamptz OR valid_to = (s.row ->> 'valid_to')::timestamptz)
        ORDER BY valid_to IS NULL OR valid_to > $2::timestamptz DESC, valid_from DESC
        LIMIT 1) a ON true
    LEFT JOIN areas p ON p.id = a.parent_id)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int
