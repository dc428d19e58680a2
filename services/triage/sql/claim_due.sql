-- A lease on cases that a clock wants woken. $1 now, $2 leased until, $3 how many. Columns: id.
-- Tables written: cases (wake_at, wake_tries). Locks: the rows claimed, skipping locked ones.
-- By ctid, so that the plan does not depend on how many the planner takes for due.
UPDATE cases SET wake_at = $2::timestamptz, wake_tries = wake_tries + 1
WHERE ctid = ANY (ARRAY(SELECT ctid FROM cases WHERE wake_at <= $1::timestamptz AND wake_tries < 5 AND wake_tries = 0
    ORDER BY wake_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED))
RETURNING id
