-- What is wrong with an import of parties across its rows and the tables. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging, areas,
-- calendars. Locks: none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row ->> 'area' AS area, row ->> 'calendar' AS calendar, row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT s.line, 'area', 'area-unknown', s.area
    FROM staged s
    WHERE s.area IS NOT NULL AND NOT EXISTS (SELECT FROM areas a
        WHERE a.code = s.area AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz))
    UNION ALL
    SELECT s.line, 'calendar', 'calendar-unknown', s.calendar
    FROM staged s
    WHERE s.calendar IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = s.calendar)
)
SELECT line, field, fault, detail, count(*) OVER () FROM found ORDER BY line LIMIT $3::int
