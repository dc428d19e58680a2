-- What held: the newest version of a workflow, the city's calendar in force, everybody's posts and party.
-- $1 workflow's name, $2 now. Columns: definition (json text), calendar (json text), its version,
-- [[staff, post, area]] (json text), [[staff, party]] (json text).
-- Tables read: workflows, calendars, posts, areas, staff. Locks: none.
SELECT w.definition::text, c.definition::text, c.version,
    (SELECT coalesce(json_agg(json_build_array(p.staff_id, p.post, a.code) ORDER BY p.staff_id), '[]')::text
        FROM posts p JOIN areas a ON a.id = p.area_id),
    (SELECT coalesce(json_agg(json_build_array(s.id, s.party_id) ORDER BY s.id), '[]')::text
        FROM staff s WHERE s.party_id IS NOT NULL)
FROM (SELECT definition FROM workflows WHERE name = $1::text ORDER BY id DESC LIMIT 1) AS w,
    (SELECT definition, version FROM calendars WHERE valid_from <= $2::timestamptz
        ORDER BY code, version DESC LIMIT 1) AS c
