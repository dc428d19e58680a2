-- The posts that changed staff no longer hold. $1 import. Tables: writes posts; reads import_staging, staff, areas.
-- Locks: the rows.
DELETE FROM posts p
USING import_staging s, staff w, areas a
WHERE s.import_id = $1::bigint AND s.action = 'changed' AND w.code = s.code AND p.staff_id = w.id AND a.id = p.area_id
    AND NOT s.row -> 'posts' @> jsonb_build_array(jsonb_build_object('post', p.post, 'area', a.code))
