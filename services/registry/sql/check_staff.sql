-- What is wrong with an import of staff across its rows and the tables. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging, areas,
-- parties. Locks: none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row -> 'posts' AS posts, row ->> 'party' AS party, row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT s.line, 'posts', 'area-unknown', p ->> 'area'
    FROM staged s
    CROSS JOIN LATERAL jsonb_array_elements(s.posts) p
    WHERE NOT EXISTS (SELECT FROM areas a
        WHERE a.code = p ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz))
    UNION ALL
    SELECT s.line, 'party', 'party-unknown', s.party
    FROM staged s
    WHERE s.party IS NOT NULL AND NOT EXISTS (SELECT FROM parties p WHERE p.code = s.party)
)
SELECT line, field, fault, detail, count(*) OVER () FROM found ORDER BY line LIMIT $3::int
