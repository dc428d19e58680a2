-- Categories in use. No parameters. Columns: code, parent, grade, responsible, restricted, limits (json text).
-- Tables read: categories. Locks: none.
SELECT code, parent, grade, responsible, restricted, limits::text FROM categories WHERE retired_at IS NULL
