-- Every workflow version, oldest first. No parameters. Columns: id, name, definition (json text), hash.
-- Reads: workflows. Locks: none.
SELECT id, name, definition::text, hash FROM workflows ORDER BY id
