-- Versions of calendars, one at a time: the newest of each code first, then the former ones from the latest on, since
-- running clocks were counted by them. $1 now, $2 how many were read. Columns: code, version, definition (json text).
-- Tables read: calendars. Locks: none.
SELECT code, version, definition::text FROM calendars WHERE valid_from <= $1::timestamptz
ORDER BY version < max(version) OVER (PARTITION BY code), valid_from DESC, code, version DESC
LIMIT 1 OFFSET $2::int4
