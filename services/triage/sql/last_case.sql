-- The highest case id. No parameters. Columns: id (null: no case). Tables read: cases. Locks: none.
SELECT max(id) FROM cases
