-- All categories in force, in their order. No parameters. Columns: code, parent, name, name_en, grade, limits (JSON),
-- responsible, restricted, workflow, kind, restricted_kind, version.
-- Tables: reads categories. Locks: none.
SELECT code, parent, name, name_en, grade, limits::text, responsible, restricted, workflow, kind,
    restricted_kind, xmin::text
FROM categories
WHERE retired_at IS NULL
ORDER BY position, code
