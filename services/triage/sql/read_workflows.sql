-- Every workflow version, oldest first. No parameters. Columns: id, name, definition (json text), hash.
-- Tables read: workflows. Locks: none.
SELECT id, name, definition::text, hash FROM workflows ORDER BY id
