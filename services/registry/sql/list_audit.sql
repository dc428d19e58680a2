-- Who did what, newest first. $1 the id after the page (the next older ones follow), $2 limit. Columns: id, at,
-- service, actor, action, object, detail (JSON), id of the person who acted, by key or link too, or null. Tables: reads
-- audit, api_keys, links. Locks: none.
SELECT a.id, a.at, a.service, a.actor, a.action, a.object, a.detail::text,
    CASE split_part(a.actor, ':', 1)
        WHEN 'staff' THEN split_part(a.actor, ':', 2)::bigint
        WHEN 'key' THEN (SELECT k.staff_id FROM api_keys k WHERE k.id = split_part(a.actor, ':', 2)::bigint)
        WHEN 'link' THEN (SELECT l.staff_id FROM links l WHERE l.id = split_part(a.actor, ':', 2)::bigint) END
FROM audit a
WHERE a.id < $1::bigint
ORDER BY a.id DESC
LIMIT $2::int
