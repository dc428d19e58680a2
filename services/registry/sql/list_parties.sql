-- Parties, by code. $1 the code before the page, $2 limit. Columns: code, name, name_en, kind, area's code or null,
-- calendar, version. $3 now. Tables: reads parties, areas. Locks: none.
SELECT p.code, p.name, p.name_en, p.kind, a.code, p.calendar, p.xmin::text
FROM parties p
LEFT JOIN areas a ON a.id = p.area_id
WHERE p.code > $1::text AND (p.retired_at IS NULL OR p.retired_at > $3::timestamptz)
ORDER BY p.code
LIMIT $2::int
