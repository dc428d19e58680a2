-- Whether a calendar is new or changes. $1 import, $2 now, $3 after this line, $4 up to this line.
-- Writes: import_staging. Reads: calendars.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, c.code, c.definition = t.row -> 'definition' AS same
    FROM import_staging t
    LEFT JOIN LATERAL (SELECT code, definition FROM calendars WHERE code = t.code ORDER BY version DESC LIMIT 1) c ON true
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int AND $2::timestamptz IS NOT NULL) f
WHERE s.import_id = $1::bigint AND s.line = f.line
