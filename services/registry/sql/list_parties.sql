-- Parties, by code. $1 the code before the page, $2 limit. Columns: code, name, name_en, kind, area's code or null,
-- calendar. Tables: reads parties, areas. Locks: none.
SELECT p.code, p.name, p.name_en, p.kind, a.code, p.calendar
FROM parties p
LEFT JOIN areas a ON a.id = p.area_id
WHERE p.code > $1::text
ORDER BY p.code
LIMIT $2::int
