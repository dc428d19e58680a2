-- Calendars have moved on: cases with a deadline in a year that was not published are woken, to be counted anew, where
-- there is a newer version of the calendar that it was counted by. In slices by id, since nothing leads to them.
-- $1 after this id, $2 to this id, $3 now, $4 the code of the city's calendar. Columns: none.
-- Tables read: calendars. Tables written: cases (wake_at). Locks: those rows.
UPDATE cases SET wake_at = $3::timestamptz
WHERE id > $1::bigint AND id <= $2::bigint AND wake_at > $3::timestamptz AND strpos(clocks::text, '"provisional"') > 0
    AND EXISTS (SELECT FROM json_each(clocks) AS k
        JOIN calendars n ON n.code = coalesce(k.value ->> 'code', $4::text) COLLATE "C"
            AND n.version > (k.value ->> 'calendar')::int8 AND n.valid_from <= $3::timestamptz
        WHERE (k.value ->> 'provisional')::boolean)
