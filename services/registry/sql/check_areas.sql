-- What is wrong with an import of areas across its rows and the table. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging, areas, categories,
-- calendars.
-- Locks: none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row ->> 'layer' AS layer, row ->> 'level' AS level, row ->> 'parent' AS parent,
        row -> 'matters' AS matters, row ->> 'calendar' AS calendar, fault,
        row_number() OVER (PARTITION BY row ->> 'layer', code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), parents AS (
    SELECT s.line, s.parent, s.level, p.level AS above
    FROM staged s
    LEFT JOIN LATERAL (
        SELECT q.level
        FROM (SELECT coalesce(t.row ->> 'level', '') AS level, t.row ->> 'layer' AS layer, 0 AS place
            FROM import_staging t
            WHERE t.import_id = $1::bigint AND t.code = s.parent
            UNION ALL
            SELECT a.level, a.layer, 1
            FROM areas a
            WHERE a.code = s.parent AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)) q
        WHERE q.layer = s.layer OR q.layer = 'grid'
        ORDER BY q.layer <> s.layer, q.place
        LIMIT 1) p ON true
    WHERE s.parent IS NOT NULL
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT line, 'geometry', CASE fault WHEN '' THEN 'geometry-empty' ELSE 'geometry-invalid' END, nullif(fault, '')
    FROM staged
    WHERE fault IS NOT NULL
    UNION ALL
    SELECT line, 'parent', 'parent-unknown', parent FROM parents WHERE above IS NULL
    UNION ALL
    SELECT line, 'parent', 'parent-level', parent
    FROM parents
    WHERE above <> '' AND NOT CASE level WHEN 'street' THEN above = 'district' WHEN 'community' THEN above = 'street'
        WHEN 'grid' THEN above IN ('district', 'street', 'community') WHEN 'micro' THEN above = 'grid' ELSE false END
    UNION ALL
    SELECT s.line, 'level', 'level-changed', a.level
    FROM staged s
    JOIN areas a ON a.code = s.code AND a.layer = s.layer AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
    WHERE a.level <> s.level
    UNION ALL
    SELECT s.line, 'matters', 'category-unknown', m.code
    FROM staged s
    CROSS JOIN LATERAL jsonb_array_elements_text(s.matters) m(code)
    WHERE NOT EXISTS (SELECT FROM categories c WHERE c.code = m.code)
    UNION ALL
    SELECT s.line, 'calendar', 'calendar-unknown', s.calendar
    FROM staged s
    WHERE s.calendar IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = s.calendar)
)
SELECT line, field, fault, detail, count(*) OVER ()
FROM found
ORDER BY line
LIMIT $3::int
