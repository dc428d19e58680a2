-- Where a case lies. $1 id. Columns: area code. Tables: reads cases. Locks: none.
SELECT area FROM cases WHERE id = $1::bigint
