-- What held: the newest version of a workflow, the newest of each calendar in force, everybody's posts and party.
-- $1 workflow's name, $2 now. Columns: definition (json text), [[code, version, definition]] (json text), the calendar
-- that the root area names, [[staff, post, area]] (json text), [[staff, party]] (json text).
-- Tables read: workflows, calendars, posts, areas, staff. Locks: none.
SELECT w.definition::text, c.list::text,
    (SELECT a.calendar FROM areas a WHERE a.parent_id IS NULL AND a.layer = 'grid' ORDER BY a.id LIMIT 1),
    (SELECT coalesce(json_agg(json_build_array(p.staff_id, p.post, a.code) ORDER BY p.staff_id), '[]')::text
        FROM posts p JOIN areas a ON a.id = p.area_id),
    (SELECT coalesce(json_agg(json_build_array(s.id, s.party_id) ORDER BY s.id), '[]')::text
        FROM staff s WHERE s.party_id IS NOT NULL)
FROM (SELECT definition FROM workflows WHERE name = $1::text ORDER BY id DESC LIMIT 1) AS w,
    (SELECT json_agg(json_build_array(n.code, n.version, n.definition) ORDER BY n.code) AS list
        FROM (SELECT DISTINCT ON (code) code, version, definition FROM calendars
            WHERE valid_from <= $2::timestamptz ORDER BY code, version DESC) AS n) AS c
WHERE c.list IS NOT NULL
