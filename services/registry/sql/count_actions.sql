-- What an import would do. $1 import. Columns: added, changed, unchanged. Tables: reads import_staging. Locks: none.
SELECT count(*) FILTER (WHERE action = 'added'), count(*) FILTER (WHERE action = 'changed'),
    count(*) FILTER (WHERE action = 'unchanged')
FROM import_staging
WHERE import_id = $1::bigint
