-- What is wrong with an import of categories across its rows and the table. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Reads: import_staging, categories. Locks: none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row ->> 'parent' AS parent, row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), after AS (
    SELECT code, parent FROM staged
    UNION ALL
    SELECT c.code, c.parent FROM categories c WHERE NOT EXISTS (SELECT FROM staged s WHERE s.code = c.code)
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT s.line, 'parent', 'parent-unknown', s.parent
    FROM staged s
    WHERE s.parent IS NOT NULL AND NOT EXISTS (SELECT FROM after p WHERE p.code = s.parent)
    UNION ALL
    SELECT s.line, 'parent', 'parent-deep', s.parent
    FROM staged s
    WHERE s.parent IS NOT NULL AND (EXISTS (SELECT FROM after p WHERE p.code = s.parent AND p.parent IS NOT NULL)
        OR EXISTS (SELECT FROM after child WHERE child.parent = s.code))
)
SELECT line, field, fault, detail, count(*) OVER () FROM found WHERE $2::timestamptz IS NOT NULL ORDER BY line LIMIT $3::int
