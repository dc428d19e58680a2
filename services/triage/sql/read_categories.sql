-- Categories in use. No parameters. Columns: code, parent, grade, responsible, restricted, limits (json text),
-- workflow.
-- Tables read: categories. Locks: none.
SELECT code, parent, grade, responsible, restricted, limits::text, workflow FROM categories WHERE retired_at IS NULL
