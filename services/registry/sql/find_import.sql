-- How an import ended. $1 id. Columns: outcome, null while it runs. Tables: reads imports. Locks: none.
SELECT outcome FROM imports WHERE id = $1::bigint
