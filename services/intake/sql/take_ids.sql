-- Blocks of 1,000 ids. $1 how many blocks. Columns: the first id of each. Tables: none, but the sequence report_ids. Locks: none.
SELECT nextval('report_ids') FROM generate_series(1, $1::int4)
