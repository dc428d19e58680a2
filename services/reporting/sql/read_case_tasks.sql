-- The tasks of a case, in their order.
-- $1 int8 case; $2 text what veils texts, as veiled wants it
-- Columns: k, party (null: none), staff (null: none), state, open, text, opened_at
-- Tables: tasks, cases (read) · Locks: none
SELECT t.k, t.party, t.staff, t.state, t.open, veiled(c, $2::text::jsonb, t.text) AS text, t.opened_at
FROM tasks t JOIN cases c ON c.id = t.case_id WHERE t.case_id = $1::bigint ORDER BY t.k
