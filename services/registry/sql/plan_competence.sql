-- For a slice of staged competence: whether each row is new or changes. $1 import, $2 now, $3 after this line, $4 up to
-- this line. Tables: writes import_staging; reads competence, areas, parties. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN c.code IS NULL THEN 'added' WHEN
        c.category IS NOT DISTINCT FROM s.row ->> 'category' COLLATE "C" AND a.code = s.row ->> 'area' COLLATE "C"
        AND c.post IS NOT DISTINCT FROM s.row ->> 'post' AND p.code IS NOT DISTINCT FROM s.row ->> 'party' COLLATE "C"
        AND c.list = s.row ->> 'list' AND c.note = s.row ->> 'note' AND c.note_en = s.row ->> 'note_en'
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN competence c ON c.code = s.code
    LEFT JOIN areas a ON a.id = c.area_id
    LEFT JOIN parties p ON p.id = c.party_id)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
