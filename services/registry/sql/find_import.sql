-- How an import ended. $1 id. Columns: outcome, null while it runs. Reads: imports. Locks: none.
SELECT outcome FROM imports WHERE id = $1::bigint
