-- Flow by category of the streets in a range of codes (the district counts what lies in no street).
-- $1 text low, $2 text high; $3 date from, $4 date to; $5 text category, or null; $6 bool names in English
-- Columns: category ('' = none yet), its name, opened, ended
-- Tables: rollup_categories, categories (read) · Locks: none
SELECT r.category,
    (SELECT CASE WHEN $6::boolean THEN g.name_en ELSE g.name END FROM categories g WHERE g.code = r.category) AS name,
    sum(r.opened)::bigint AS opened, sum(r.ended)::bigint AS ended
FROM rollup_categories r
WHERE r.area >= $1::text AND r.area < $2::text AND r.day BETWEEN $3::date AND $4::date
    AND ($5::text IS NULL OR r.category = $5::text)
GROUP BY r.category
ORDER BY r.category
