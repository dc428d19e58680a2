-- The horizon of the log: everything below it is decided, and visible to what is read after this.
-- Parameters: none
-- Columns: xid
-- Tables: none · Locks: none
SELECT pg_snapshot_xmin(pg_current_snapshot())
