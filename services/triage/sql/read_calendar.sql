-- The city's calendar in force. $1 now. Columns: version, definition (json text). Tables read: calendars. Locks: none.
SELECT version, definition::text FROM calendars WHERE valid_from <= $1::timestamptz
ORDER BY code, version DESC LIMIT 1
