-- Posts in force or to come, in slices by (staff_id, post, area_id). $1, $2, $3 after these, $4 how many.
-- Columns: staff_id, post, area_id, valid_from, valid_to. Tables read: posts, staff. Locks: none.
SELECT p.staff_id, p.post, p.area_id, p.valid_from, p.valid_to
FROM posts p JOIN staff s ON s.id = p.staff_id AND s.left_at IS NULL
WHERE (p.staff_id, p.post, p.area_id) > ($1::bigint, $2::text, $3::bigint)
ORDER BY p.staff_id, p.post, p.area_id LIMIT $4::int4
