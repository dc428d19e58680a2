-- Removes what no lock rests on any more. $1 now. Tables: writes login_failures. Locks: the rows that go.
DELETE FROM login_failures WHERE coalesce(locked_until, failed_at) <= $1::timestamptz - interval '1 day'
