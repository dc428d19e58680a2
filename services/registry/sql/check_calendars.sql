-- A file holds one calendar, judged in C: nothing can be wrong across rows. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging. Locks: none.
SELECT line, 'code', 'duplicate', code, count(*) OVER ()
FROM (SELECT line, code, row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint AND $2::timestamptz IS NOT NULL) staged
WHERE nth > 1
ORDER BY line
LIMIT $3::int
