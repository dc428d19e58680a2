-- Where a case lies that the caller may see. $1 id, $2 what they may see, as may_see wants it. Columns: area code; no row:
-- there is none, or not for them. Tables: reads cases, tasks, posts, duty, areas. Locks: none.
SELECT c.area FROM cases c WHERE c.id = $1::bigint AND may_see(c, $2::text::jsonb)
