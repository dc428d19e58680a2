-- Lets the statements that follow in this transaction take longer than the role's time-out. $1 milliseconds, as text.
-- Columns: the same. Touches no table. Locks: none.
SELECT set_config('statement_timeout', $1::text, true)
