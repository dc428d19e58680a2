-- For a slice of staged categories: whether each is new or changes. $1 import, $2 now, $3 after this line, $4 up to
-- this line. Tables: writes import_staging; reads categories. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN c.code IS NULL THEN 'added' WHEN
        c.parent IS NOT DISTINCT FROM s.row ->> 'parent' COLLATE "C" AND c.name = s.row ->> 'name'
        AND c.name_en = s.row ->> 'name_en' AND c.grade = s.row ->> 'grade' AND c.limits = jsonb_strip_nulls(s.row -> 'limits')
        AND c.responsible = s.row ->> 'responsible' AND c.restricted = (s.row ->> 'restricted')::boolean
        AND c.retired_at IS NULL AND c.workflow = s.row ->> 'workflow' COLLATE "C" AND c.kind = s.row ->> 'kind'
        AND c.restricted_kind IS NOT DISTINCT FROM s.row ->> 'restricted_kind'
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN categories c ON c.code = s.code)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
