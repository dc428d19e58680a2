-- The age of the oldest arrival that waits, for the alarm. $1 now. Columns: seconds (0 when none), set aside.
-- Tables read: arrivals. Locks: none.
SELECT coalesce(extract(epoch FROM $1::timestamptz - (SELECT min(due_at) FROM arrivals WHERE set_aside_at IS NULL)), 0)::float8,
    (SELECT count(*) FROM arrivals WHERE set_aside_at IS NOT NULL)
