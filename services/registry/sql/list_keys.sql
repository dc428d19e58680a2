-- All keys, revoked ones too, by id; never their hashes. $1 the id before the page, $2 limit. Columns: id, name,
-- administrator, staff's code, system, area's code, rate, created_at, revoked_at. Tables: reads api_keys, staff,
-- areas. Locks: none.
SELECT k.id, k.name, k.administrator, s.code, k.system, a.code, k.rate, k.created_at, k.revoked_at
FROM api_keys k
LEFT JOIN staff s ON s.id = k.staff_id
LEFT JOIN areas a ON a.id = k.area_id
WHERE k.id > $1::bigint
ORDER BY k.id
LIMIT $2::int
