-- An arrival that PostgreSQL takes in no way is kept apart with the reason. $1 report, $2 now, $3 reason.
-- Tables written: arrivals. Locks: that row.
UPDATE arrivals SET set_aside_at = $2::timestamptz, reason = $3::text WHERE report_id = $1::bigint
