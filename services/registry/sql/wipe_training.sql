-- Wipes some of the cases in training, wholly each. $1 now, $2 actor, $3 reason, $4 how many. Columns: how many were
-- wiped, there are more. Tables: what migration 0007 says, audit. Locks: those rows.
SELECT wiped, more FROM wipe_training($1::timestamptz, $2::text, $3::text, $4::int4)
