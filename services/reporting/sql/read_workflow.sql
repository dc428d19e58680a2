-- The next version of a workflow, of all workflows: cases keep the one that they began under.
-- Parameters: $1 int8 the id before it
-- Columns: id, name, definition as text
-- Tables: workflows (read) · Locks: none
SELECT id, name, definition::text FROM workflows WHERE id > $1::bigint ORDER BY id LIMIT 1
