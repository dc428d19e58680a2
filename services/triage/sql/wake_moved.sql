-- Calendars have moved on, or somebody left office: cases with a deadline in a year that was not published are woken, to
-- be counted anew, where there is a newer version of the calendar that it was counted by; and those open ones that
-- somebody has who left, or a link or an open task of theirs. In slices by id, since nothing leads to them.
-- $1 after this id, $2 to this id, $3 now, $4 the code of the city's calendar, $5 who left and has an heir. Columns: none.
-- Tables read: calendars, tasks, workflows. Tables written: cases (wake_at). Locks: those rows.
UPDATE cases AS c SET wake_at = $3::timestamptz
WHERE c.id > $1::bigint AND c.id <= $2::bigint AND (
    c.wake_at > $3::timestamptz AND strpos(c.clocks::text, '"provisional"') > 0
    AND EXISTS (SELECT FROM json_each(c.clocks) AS k
        JOIN calendars n ON n.code = coalesce(k.value ->> 'code', $4::text) COLLATE "C"
            AND n.version > (k.value ->> 'calendar')::int8 AND n.valid_from <= $3::timestamptz
        WHERE (k.value ->> 'provisional')::boolean)
    OR (c.wake_at IS NULL OR c.wake_at > $3::timestamptz)
    AND (c.holder = ANY ($5::bigint[])
        OR EXISTS (SELECT FROM tasks t WHERE t.case_id = c.id AND t.open AND t.staff = ANY ($5::bigint[]))
        OR cardinality($5::bigint[]) > 0 AND EXISTS (SELECT FROM json_array_elements(c.more -> 'chain') AS l
            WHERE (l ->> 'holder')::bigint = ANY ($5::bigint[])))
    AND NOT EXISTS (SELECT FROM workflows w
        WHERE w.id = c.workflow AND (w.definition #> ARRAY['states', c.state, 'final'])::boolean))
