-- Each second: the epoch; since when the oldest transaction that may still write runs (it holds the log's horizon); and
-- the area at the root of the tree, whose code is the first of all.
-- Parameters: none
-- Columns: epoch; start of that transaction (null: none); root (null: no areas yet)
-- Tables: epoch, areas; pg_stat_activity (others' rows need pg_read_all_stats) (read) · Locks: none
SELECT (SELECT max(epoch) FROM epoch) AS epoch,
    (SELECT min(xact_start) FROM pg_stat_activity WHERE backend_xid IS NOT NULL) AS oldest,
    (SELECT code FROM areas WHERE layer = 'grid' AND valid_to IS NULL ORDER BY layer, code LIMIT 1) AS root
