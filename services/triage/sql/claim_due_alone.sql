-- A lease on one due case that was tried before: it runs alone, so that the guilty one is known. At the fifth try it
-- leaves the sweep (schema/checks/set_aside.sql). $1 now, $2 leased until, $3 how many (one). Columns: id, left alone now.
-- Tables written: cases (wake_at, wake_tries). Locks: the row claimed, skipping locked ones.
UPDATE cases SET wake_at = $2::timestamptz, wake_tries = wake_tries + 1
WHERE ctid = ANY (ARRAY(SELECT ctid FROM cases WHERE wake_at <= $1::timestamptz AND wake_tries < 5 AND wake_tries > 0
    ORDER BY wake_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED))
RETURNING id, wake_tries >= 5
