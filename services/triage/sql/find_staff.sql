-- Members of staff by code. $1 codes, $2 now, $3 the case that they are to have. Columns: code, id, codes of the areas of
-- the posts in force, joined by commas, whether they may have it (null: there is no such case).
-- Tables read: staff, posts, areas, cases, duty. Locks: none.
SELECT s.code, s.id, string_agg(a.code, ','),
    (SELECT may_have(c, s.id, $2::timestamptz) FROM cases c WHERE c.id = $3::bigint LIMIT 1)
FROM staff s JOIN posts p ON p.staff_id = s.id
JOIN areas a ON a.id = p.area_id
WHERE p.valid_from <= $2::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz) AND s.code = ANY ($1::text[]) AND s.left_at IS NULL GROUP BY s.code, s.id
