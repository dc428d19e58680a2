-- Cases that were claimed and want nothing yet: their time as the clocks have it. Arrays, a member each case: $1 id,
-- $2 version, $3 wake_at. Columns: none. Tables written: cases (wake_at, wake_tries). Locks: those rows.
UPDATE cases c SET wake_at = g.wake_at, wake_tries = 0
FROM unnest($1::bigint[], $2::int4[], $3::timestamptz[]) AS g (id, version, wake_at)
WHERE c.id = g.id AND c.version = g.version
