-- The sweep: leases notices whose hint was lost or whose taking failed. Five tries; the sixth claim sets aside.
-- $1 timestamptz now · $2 timestamptz leased until · $3 int4 how many
-- Columns: case_id, n, rule, tries, aside (true: set aside just now)
-- Tables: notices (update)
-- Locks: the rows claimed; rows that somebody holds are passed over
-- By ctid, so that the plan does not depend on how large the planner takes the queue for: a queue is empty when it is
-- analysed and full when it matters.
UPDATE notices
SET tries = least(tries + 1, 5), due_at = $2::timestamptz,
    set_aside_at = CASE WHEN tries >= 5 THEN $1::timestamptz END,
    reason = CASE WHEN tries >= 5 THEN coalesce(reason, 'five tries') ELSE reason END
WHERE ctid = ANY (ARRAY(
    SELECT ctid FROM notices
    WHERE due_at <= $1::timestamptz AND set_aside_at IS NULL
    ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED
))
RETURNING case_id, n, rule, tries, set_aside_at IS NOT NULL AS aside;
