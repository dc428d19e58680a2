-- Aborts the transaction (22012) unless the import still runs and all of its rows are staged and planned: a swap that
-- finds less must write nothing. $1 id, $2 rows. Columns: 1. Tables: reads imports, import_staging. Locks: none.
SELECT 1 / (EXISTS (SELECT FROM imports WHERE id = $1::bigint AND ended_at IS NULL)
    AND (SELECT count(*) FROM import_staging WHERE import_id = $1::bigint AND action IS NOT NULL) = $2::bigint)::int
