-- The calendar has moved on: cases with a deadline in a year that was not published are woken, to be counted anew.
-- In slices by id. $1 after this id, $2 to this id, $3 now. Columns: none.
-- Tables written: cases (wake_at). Locks: those rows.
UPDATE cases SET wake_at = $3::timestamptz
WHERE id > $1::bigint AND id <= $2::bigint AND wake_at > $3::timestamptz AND strpos(clocks::text, '"provisional"') > 0
