-- Sets one notice aside, with the reason; it is kept until a person decides.
-- $1 int8 case · $2 int4 n · $3 text rule · $4 timestamptz now · $5 text reason
-- Columns: none
-- Tables: notices (update) · Locks: the row
UPDATE notices SET set_aside_at = $4::timestamptz, reason = $5::text
WHERE case_id = $1::bigint AND n = $2::int4 AND rule = $3::text AND set_aside_at IS NULL;
