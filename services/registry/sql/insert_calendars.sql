-- A new version of each calendar that is new or changes; the former ones stay. $1 import, $2 now. Tables: writes
-- calendars; reads import_staging. Locks: none.
INSERT INTO calendars (code, version, definition, valid_from)
SELECT s.code, coalesce((SELECT max(c.version) FROM calendars c WHERE c.code = s.code), 0) + 1, s.row -> 'definition',
    $2::timestamptz
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
