-- Whose matter is whose, by code. $1 the code before the page, $2 limit. Columns: code, category or null, area's code,
-- post or null, party's code or null, list, note, note_en. Tables: reads competence, areas, parties. Locks: none.
SELECT c.code, c.category, a.code, c.post, p.code, c.list, c.note, c.note_en
FROM competence c
JOIN areas a ON a.id = c.area_id
LEFT JOIN parties p ON p.id = c.party_id
WHERE c.code > $1::text
ORDER BY c.code
LIMIT $2::int
