-- Areas in force, in slices by id, with borders in scaled metres (0.5 m tolerance).
-- $1 after this id, $2 how many, $3 metres a degree of longitude, $4 of latitude, $5 now.
-- Columns: id, code, level, kind, parent_id, matters (",a,b," or null), border (WKB or null), calendar (code or null).
-- Tables read: areas. Locks: none.
SELECT id, code, level, kind, parent_id,
    CASE WHEN cardinality(matters) > 0 THEN ',' || array_to_string(matters, ',') || ',' END,
    ST_AsBinary(ST_Scale(ST_SimplifyPreserveTopology(border, 0.000005), $3::float8, $4::float8)), calendar
FROM areas
WHERE layer = 'grid' AND id > $1::bigint
    AND valid_from <= $5::timestamptz AND (valid_to IS NULL OR valid_to > $5::timestamptz)
ORDER BY id LIMIT $2::int4
