-- The tasks of a case, in their order.
-- $1 int8 case
-- Columns: k, party (null: none), staff (null: none), state, open, text, opened_at
-- Tables: tasks (read) · Locks: none
SELECT k, party, staff, state, open, text, opened_at FROM tasks WHERE case_id = $1::bigint ORDER BY k
