-- A lease on arrivals that no hint has brought. $1 now, $2 leased until, $3 how many. Columns: report_id.
-- Writes: arrivals (due_at, tries). Locks: the rows claimed, skipping locked ones.
UPDATE arrivals SET due_at = $2::timestamptz, tries = tries + 1
WHERE report_id IN (SELECT report_id FROM arrivals WHERE due_at <= $1::timestamptz AND set_aside_at IS NULL
    AND tries = 0 ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED)
RETURNING report_id
