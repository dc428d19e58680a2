-- What is wrong with an import of duty across its rows and the tables. Two rows overlap where they cover the same
-- post of the same area, or are leaves of the same person, at the same time; of a night or a holiday several may be on
-- one roster, each once. $1 import, $2 now, $3 how many to name.
-- Columns: line, column, fault, detail, how many there are in all. Tables: reads import_staging, areas, staff, duty.
-- Locks: none.
WITH staged AS MATERIALIZED (
    SELECT line, code, row ->> 'area' AS area, row ->> 'post' AS post, row ->> 'staff' AS staff, row ->> 'kind' AS kind,
        (row ->> 'starts_at')::timestamptz AS starts_at, (row ->> 'ends_at')::timestamptz AS ends_at,
        row_number() OVER (PARTITION BY code ORDER BY line) AS nth
    FROM import_staging
    WHERE import_id = $1::bigint
), after AS (
    SELECT line, code, kind, CASE kind WHEN 'leave' THEN '' ELSE area END AS area,
        CASE kind WHEN 'leave' THEN '' ELSE post END AS post, CASE WHEN kind IN ('leave', 'night', 'holiday') THEN staff ELSE '' END AS staff,
        starts_at, ends_at
    FROM staged
    WHERE nth = 1
    UNION ALL
    SELECT NULL, d.code, d.kind, CASE d.kind WHEN 'leave' THEN '' ELSE a.code END,
        CASE d.kind WHEN 'leave' THEN '' ELSE d.post END, CASE WHEN d.kind IN ('leave', 'night', 'holiday') THEN w.code ELSE '' END,
        d.starts_at, d.ends_at
    FROM duty d
    JOIN areas a ON a.id = d.area_id
    JOIN staff w ON w.id = d.staff_id
    WHERE NOT EXISTS (SELECT FROM import_staging t WHERE t.code = d.code AND t.import_id = $1::bigint)
), beside AS (
    SELECT line, code, starts_at, ends_at,
        max(ends_at) OVER (same ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING) AS busy_until,
        lead(starts_at) OVER same AS taken_from
    FROM after
    WHERE kind IS NOT NULL AND area IS NOT NULL AND post IS NOT NULL AND staff IS NOT NULL AND starts_at IS NOT NULL
        AND ends_at IS NOT NULL
    WINDOW same AS (PARTITION BY kind, area, post, staff ORDER BY starts_at, code)
), found AS (
    SELECT line, 'code' AS field, 'duplicate' AS fault, code AS detail FROM staged WHERE nth > 1
    UNION ALL
    SELECT s.line, 'area', 'area-unknown', s.area
    FROM staged s
    WHERE s.area IS NOT NULL AND NOT EXISTS (SELECT FROM areas a
        WHERE a.code = s.area AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz))
    UNION ALL
    SELECT s.line, 'staff', 'staff-unknown', s.staff
    FROM staged s
    WHERE s.staff IS NOT NULL AND NOT EXISTS (SELECT FROM staff w
        WHERE w.code = s.staff AND (w.left_at IS NULL OR w.left_at > $2::timestamptz))
    UNION ALL
    SELECT line, 'starts_at', 'overlap', code
    FROM beside
    WHERE line IS NOT NULL AND (busy_until > starts_at OR taken_from < ends_at)
)
SELECT line, field, fault, detail, count(*) OVER () FROM found ORDER BY line LIMIT $3::int
