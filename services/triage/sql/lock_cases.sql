-- First of a flush: its rows in the order of ids, so that two flushes never wait for each other crosswise.
-- $1 ids. Columns: id. Tables read: cases. Locks: those rows.
SELECT id FROM cases WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE
