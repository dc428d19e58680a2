-- Who did what, newest first. $1 the id after the page (the next older ones follow), $2 limit. Columns: id, at,
-- service, actor, action, object, detail (JSON). Tables: reads audit. Locks: none.
SELECT id, at, service, actor, action, object, detail::text
FROM audit
WHERE id < $1::bigint
ORDER BY id DESC
LIMIT $2::int
