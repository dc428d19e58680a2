-- A lease on arrivals that no hint has brought. $1 now, $2 leased until, $3 how many. Columns: report_id.
-- Tables written: arrivals (due_at, tries). Locks: the rows claimed, skipping locked ones.
-- By ctid, so that the plan does not depend on how large the planner takes the queue for: a queue is empty when it is
-- analysed and full when it matters.
UPDATE arrivals SET due_at = $2::timestamptz, tries = tries + 1
WHERE ctid = ANY (ARRAY(SELECT ctid FROM arrivals WHERE due_at <= $1::timestamptz AND set_aside_at IS NULL
    AND tries = 0 ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED))
RETURNING report_id
