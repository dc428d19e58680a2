-- Whether a calendar is new or changes. $1 import, $2 now, $3 after this line, $4 up to this line. Tables: writes
-- import_staging; reads calendars. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN c.code IS NULL THEN 'added' WHEN
        c.definition = s.row -> 'definition'
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN LATERAL (SELECT code, definition FROM calendars WHERE code = s.code ORDER BY version DESC LIMIT 1) c ON true)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
