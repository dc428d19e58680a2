-- What is wrong with an import of categories across its rows and the table. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging, categories, workflows. Locks:
-- none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row ->> 'parent' AS parent, row -> 'limits' AS limits, row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT s.line, 'parent', 'parent-unknown', s.parent
    FROM staged s
    WHERE s.parent IS NOT NULL
        AND NOT EXISTS (SELECT FROM import_staging t WHERE t.code = s.parent AND t.import_id = $1::bigint)
        AND NOT EXISTS (SELECT FROM categories c WHERE c.code = s.parent)
    UNION ALL
    SELECT s.line, 'parent', 'parent-deep', s.parent
    FROM staged s
    WHERE s.parent IS NOT NULL AND coalesce( -- the parent's own parent as it will be, or a child of this one
        (SELECT t.row ->> 'parent' IS NOT NULL FROM import_staging t
            WHERE t.code = s.parent AND t.import_id = $1::bigint LIMIT 1),
        (SELECT c.parent IS NOT NULL FROM categories c WHERE c.code = s.parent), false)
    UNION ALL
    SELECT s.line, 'limits', 'clock-unknown', k.key
    FROM staged s CROSS JOIN LATERAL jsonb_object_keys(s.limits) AS k (key)
    WHERE EXISTS (SELECT FROM workflows) -- triage has shown what there is
        AND NOT EXISTS (SELECT FROM workflows w WHERE jsonb_exists(w.definition -> 'clocks', substring(k.key FROM '^[^@/]*')))
    UNION ALL
    SELECT s.line, 'parent', 'parent-deep', s.code
    FROM staged s
    WHERE s.parent IS NOT NULL AND EXISTS (SELECT FROM categories c
        WHERE c.parent = s.code
            AND NOT EXISTS (SELECT FROM import_staging t WHERE t.code = c.code AND t.import_id = $1::bigint))
)
SELECT line, field, fault, detail, count(*) OVER () FROM found WHERE $2::timestamptz IS NOT NULL ORDER BY line LIMIT $3::int
