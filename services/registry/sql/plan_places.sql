-- For a slice of staged places: whether each is new or changes. $1 import, $2 now, $3 after this line, $4 up to this
-- line. Tables: writes import_staging; reads places, areas. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN p.code IS NULL THEN 'added' WHEN p.retired_at IS NULL AND
        p.name = s.row ->> 'name' AND p.name_en = s.row ->> 'name_en' AND p.kind = s.row ->> 'kind'
        AND to_jsonb(p.aliases) = s.row -> 'aliases' AND p.road IS NOT DISTINCT FROM s.row ->> 'road'
        AND p.number IS NOT DISTINCT FROM s.row ->> 'number'
        AND p.management IS NOT DISTINCT FROM s.row ->> 'management' AND a.code = s.row ->> 'area' COLLATE "C"
        AND p.point IS NOT DISTINCT FROM
            ST_SetSRID(ST_MakePoint((s.row ->> 'lon')::float8, (s.row ->> 'lat')::float8), 4326)
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN places p ON p.code = s.code
    LEFT JOIN areas a ON a.id = p.area_id)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
