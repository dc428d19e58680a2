-- The calendar has moved on: cases with a deadline in a year that was not published are woken, to be counted anew; who was
-- counted with this calendar is not. In slices by id, since nothing leads to them. $1 after this id, $2 to this id, $3 now,
-- $4 the calendar's version. Columns: none. Tables written: cases (wake_at). Locks: those rows.
UPDATE cases SET wake_at = $3::timestamptz
WHERE id > $1::bigint AND id <= $2::bigint AND wake_at > $3::timestamptz AND strpos(clocks::text, '"provisional"') > 0
    AND EXISTS (SELECT FROM json_each(clocks) AS k
        WHERE (k.value ->> 'provisional')::boolean AND (k.value ->> 'calendar')::int8 < $4::int8)
