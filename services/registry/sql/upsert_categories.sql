-- Categories new and changed; new ones stand after those that are there, in the file's order. $1 import. Tables:
-- writes categories; reads import_staging. Locks: the rows.
INSERT INTO categories AS c (code, parent, name, name_en, grade, limits, responsible, restricted, position,
    workflow, kind, restricted_kind)
SELECT s.code, s.row ->> 'parent', s.row ->> 'name', s.row ->> 'name_en', s.row ->> 'grade', jsonb_strip_nulls(s.row -> 'limits'),
    s.row ->> 'responsible', (s.row ->> 'restricted')::boolean,
    (SELECT coalesce(max(position), 0) FROM categories) + row_number() OVER (ORDER BY s.line),
    s.row ->> 'workflow', s.row ->> 'kind', s.row ->> 'restricted_kind'
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET parent = excluded.parent, name = excluded.name, name_en = excluded.name_en, grade = excluded.grade,
    limits = excluded.limits, responsible = excluded.responsible, restricted = excluded.restricted, workflow = excluded.workflow,
    kind = excluded.kind, restricted_kind = excluded.restricted_kind, retired_at = NULL
