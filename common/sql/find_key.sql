-- A key and, where it is bound to a member of staff, that person's posts in force: a row each.
-- $1 hash of the key, $2 now. Columns: id, staff_id, administrator, system, area of a system, rate, post,
-- area code, level, area id. Tables read: api_keys, staff, posts, areas. Locks: none.
SELECT k.id, k.staff_id, k.administrator, k.system, scope.code, k.rate, p.post, a.code, a.level, a.id
FROM api_keys k
LEFT JOIN areas scope ON scope.id = k.area_id
LEFT JOIN staff s ON s.id = k.staff_id
LEFT JOIN posts p ON p.staff_id = s.id AND p.valid_from <= $2::timestamptz
    AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
LEFT JOIN areas a ON a.id = p.area_id
WHERE k.hash = $1::bytea AND k.revoked_at IS NULL
    AND (s.left_at IS NULL OR s.left_at > $2::timestamptz)
ORDER BY p.post, a.code
