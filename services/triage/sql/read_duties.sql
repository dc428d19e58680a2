-- Duty that is not over, in slices by id. $1 after this id, $2 now, $3 how many.
-- Columns: id, area_id, post, staff_id, kind, starts_at, ends_at. Tables read: duty. Locks: none.
SELECT id, area_id, post, staff_id, kind, starts_at, ends_at FROM duty
WHERE id > $1::bigint AND ends_at > $2::timestamptz ORDER BY id LIMIT $3::int4
