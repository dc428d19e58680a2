-- Names for a preview. $1 area, $2 member of staff or null. Columns: area's code, name, name_en, staff's code, name,
-- name_en. Tables read: areas, staff. Locks: none.
SELECT a.code, a.name, a.name_en, s.code, s.name, s.name_en
FROM areas a LEFT JOIN staff s ON s.id = $2::bigint WHERE a.id = $1::bigint
