-- For a slice of staged areas: which area each becomes, and whether it is new or changes.
-- $1 import, $2 now, $3 after this line, $4 up to this line. Writes: import_staging. Reads: areas, area_addresses.
UPDATE import_staging s
SET target = coalesce(f.id, nextval('areas_id_seq')),
    action = CASE WHEN f.id IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, a.id, a.name = t.row ->> 'name' AND a.name_en = t.row ->> 'name_en' AND a.kind = t.row ->> 'kind'
        AND p.code IS NOT DISTINCT FROM t.row ->> 'parent' COLLATE "C" AND to_jsonb(a.matters) = t.row -> 'matters'
        AND a.valid_from = coalesce((t.row ->> 'valid_from')::timestamptz, a.valid_from)
        AND a.valid_to IS NOT DISTINCT FROM (t.row ->> 'valid_to')::timestamptz
        AND (NOT (t.row ->> 'drawn')::boolean OR a.border IS NOT DISTINCT FROM t.border)
        AND (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]') FROM jsonb_array_elements(t.row -> 'addresses') e)
            = (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]')
                FROM (SELECT jsonb_strip_nulls(jsonb_build_object('compound', compound, 'building', building,
                        'road', road, 'from', number_from, 'to', number_to)) AS e
                    FROM area_addresses
                    WHERE area_id = a.id) kept) AS same
    FROM import_staging t
    LEFT JOIN LATERAL (
        SELECT *
        FROM areas
        WHERE code = t.code AND layer = t.row ->> 'layer' AND (valid_to IS NULL OR valid_to > $2::timestamptz)
        ORDER BY valid_from DESC
        LIMIT 1) a ON true
    LEFT JOIN areas p ON p.id = a.parent_id
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int) f
WHERE s.import_id = $1::bigint AND s.line = f.line
