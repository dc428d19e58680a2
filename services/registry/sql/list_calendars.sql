-- The latest version of each calendar. No parameters. Columns: code, version, valid_from, definition (JSON). Tables:
-- reads calendars. Locks: none.
SELECT DISTINCT ON (code) code, version, valid_from, definition::text
FROM calendars
ORDER BY code, version DESC
