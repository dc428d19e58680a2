-- A lease on one arrival that was tried before: it runs alone, so that the guilty one is known; after the fifth
-- try it is set aside instead. $1 now, $2 leased until, $3 how many (one). Columns: report_id, set aside now.
-- Tables written: arrivals (due_at, tries, reason, set_aside_at). Locks: the row claimed, skipping locked ones.
-- By ctid, so that the plan does not depend on how large the planner takes the queue for: a queue is empty when it is
-- analysed and full when it matters.
UPDATE arrivals SET due_at = $2::timestamptz, tries = tries + (tries < 5)::int,
    set_aside_at = CASE WHEN tries >= 5 THEN $1::timestamptz END,
    reason = CASE WHEN tries >= 5 THEN coalesce(reason, 'five tries ended without a verdict') ELSE reason END
WHERE ctid = ANY (ARRAY(SELECT ctid FROM arrivals WHERE due_at <= $1::timestamptz AND set_aside_at IS NULL
    AND tries > 0 ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED))
RETURNING report_id, set_aside_at IS NOT NULL
