-- For a slice of staged places: whether each is new or changes. $1 import, $2 now, $3 after this line, $4 up to this
-- line. Writes: import_staging. Reads: places, areas.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, p.code, p.name = t.row ->> 'name' AND p.name_en = t.row ->> 'name_en' AND p.kind = t.row ->> 'kind'
        AND to_jsonb(p.aliases) = t.row -> 'aliases' AND p.road IS NOT DISTINCT FROM t.row ->> 'road'
        AND p.number IS NOT DISTINCT FROM t.row ->> 'number'
        AND p.management IS NOT DISTINCT FROM t.row ->> 'management' AND a.code = t.row ->> 'area' COLLATE "C"
        AND p.point IS NOT DISTINCT FROM
            ST_SetSRID(ST_MakePoint((t.row ->> 'lon')::float8, (t.row ->> 'lat')::float8), 4326) AS same
    FROM import_staging t
    LEFT JOIN places p ON p.code = t.code
    LEFT JOIN areas a ON a.id = p.area_id
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int AND $2::timestamptz IS NOT NULL) f
WHERE s.import_id = $1::bigint AND s.line = f.line
