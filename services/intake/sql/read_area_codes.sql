-- Codes in force, in slices. $1 after this code, $2 how many, $3 now. Columns: code. Tables read: areas. Locks: none.
SELECT DISTINCT code FROM areas WHERE layer = 'grid' AND (valid_to IS NULL OR valid_to > $3::timestamptz) AND code > $1::text ORDER BY code LIMIT $2::int4
