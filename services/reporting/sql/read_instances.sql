-- Who was seen lately.
-- $1 timestamptz since
-- Columns: kind, id, version, ready, reason
-- Tables: instances (read) · Locks: none
SELECT kind, id, version, ready, reason FROM instances WHERE seen_at >= $1::timestamptz ORDER BY kind, id
