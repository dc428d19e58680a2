-- By which versions of the rules the log was judged: what they said stands beside each other.
-- Parameters: none
-- Columns: version
-- Tables: rollup_cursor (read) · Locks: none
SELECT substr(name, 7)::int AS version FROM rollup_cursor WHERE name ~ '^rates[.][0-9]{1,9}$' ORDER BY 1
