-- The next workflow version, oldest first: one at a time, since a large one takes its while to read. $1 after this id,
-- $2 ids that are known: a version never changes. Columns: id, name, definition (json text), hash.
-- Tables read: workflows. Locks: none.
SELECT id, name, definition::text, hash FROM workflows WHERE id > $1::int4 AND (id = ANY ($2::int4[])) IS NOT TRUE
ORDER BY id LIMIT 1
