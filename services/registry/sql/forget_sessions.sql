-- Removes what has been over for thirty days. $1 now. Tables: writes sessions. Locks: the rows that go.
DELETE FROM sessions WHERE coalesce(ended_at, until) <= $1::timestamptz - interval '30 days'
