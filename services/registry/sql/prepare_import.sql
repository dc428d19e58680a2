-- For the statements that follow in this transaction: they may take longer than the role's time-out, and look rows up
-- by index whatever the planner believes about tables that were empty a moment ago; the cost that it then sees is no
-- reason to compile. $1 milliseconds, as text. Columns: the settings. Touches no table. Locks: none.
SELECT set_config('statement_timeout', $1::text, true), set_config('enable_seqscan', 'off', true),
    set_config('jit', 'off', true)
