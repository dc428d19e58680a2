-- Blocks of 1,000 ids. $1 how many blocks. Columns: the first id of each. Writes: the sequence report_ids.
SELECT nextval('report_ids') FROM generate_series(1, $1::int4)
