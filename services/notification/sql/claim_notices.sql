-- The sweep: leases notices whose hint was lost or whose taking failed. Five tries; the sixth claim sets aside.
-- $1 timestamptz now · $2 timestamptz leased until · $3 int4 how many
-- Columns: case_id, n, rule, tries, aside (true: set aside just now)
-- Tables: notices (update)
-- Locks: the rows claimed; rows that somebody holds are passed over
WITH due AS (
    SELECT case_id, n, rule FROM notices
    WHERE due_at <= $1::timestamptz AND set_aside_at IS NULL
    ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED
)
UPDATE notices t
SET tries = least(t.tries + 1, 5), due_at = $2::timestamptz,
    set_aside_at = CASE WHEN t.tries >= 5 THEN $1 END,
    reason = CASE WHEN t.tries >= 5 THEN coalesce(t.reason, 'five tries') ELSE t.reason END
FROM due
WHERE t.case_id = due.case_id AND t.n = due.n AND t.rule = due.rule
RETURNING t.case_id, t.n, t.rule, t.tries, t.set_aside_at IS NOT NULL AS aside;
