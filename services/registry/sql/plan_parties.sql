-- For a slice of staged parties: whether each is new or changes. One that has a contact, in the file or the table,
-- counts as changed: sealed contacts cannot be compared. $1 import, $2 now, $3 after this line, $4 up to this line.
-- Tables: writes import_staging; reads parties, areas. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN p.code IS NULL THEN 'added' WHEN p.retired_at IS NULL AND
        p.name = s.row ->> 'name' AND p.name_en = s.row ->> 'name_en' AND p.kind = s.row ->> 'kind'
        AND a.code IS NOT DISTINCT FROM s.row ->> 'area' COLLATE "C" AND p.contact_sealed IS NULL
        AND p.calendar IS NOT DISTINCT FROM s.row ->> 'calendar' COLLATE "C"
        AND s.row ->> 'contact' IS NULL
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN parties p ON p.code = s.code
    LEFT JOIN areas a ON a.id = p.area_id)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
