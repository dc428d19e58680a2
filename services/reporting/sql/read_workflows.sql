-- All versions of all workflows: cases keep the one that they began under.
-- Parameters: none
-- Columns: id, name, definition as text
-- Tables: workflows (read) · Locks: none
SELECT id, name, definition::text FROM workflows ORDER BY id
