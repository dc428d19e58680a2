-- For a slice of staged categories: whether each is new or changes. $1 import, $2 now, $3 after this line, $4 up to this
-- line. Writes: import_staging. Reads: categories.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, c.code, c.parent IS NOT DISTINCT FROM t.row ->> 'parent' COLLATE "C" AND c.name = t.row ->> 'name'
        AND c.name_en = t.row ->> 'name_en' AND c.grade = t.row ->> 'grade' AND c.limits = t.row -> 'limits'
        AND c.responsible = t.row ->> 'responsible' AND c.restricted = (t.row ->> 'restricted')::boolean
        AND c.retired_at IS NULL AS same
    FROM import_staging t
    LEFT JOIN categories c ON c.code = t.code
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int AND $2::timestamptz IS NOT NULL) f
WHERE s.import_id = $1::bigint AND s.line = f.line
