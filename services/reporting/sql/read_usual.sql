-- How long cases of this one's category took in its street and in its district, by bucket. The case's id is its first
-- report's, so that either names it.
-- $1 int8 report or case; $2 int4 first day since 2000-01-01; $3 text what a member of staff may see (null: the reporter
-- asks)
-- Columns: whether it is the street's, bucket, n, name of the area, its English name
-- Tables: case_reports, cases, durations, areas (read) · Locks: none
SELECT length(d.area) > 6 AS street, d.bucket, sum(d.n)::bigint AS n,
    (SELECT a.name FROM areas a WHERE a.code = d.area AND a.layer = 'grid' AND a.valid_to IS NULL LIMIT 1) AS name,
    (SELECT a.name_en FROM areas a WHERE a.code = d.area AND a.layer = 'grid' AND a.valid_to IS NULL LIMIT 1) AS name_en
FROM case_reports l JOIN cases o ON o.id = l.case_id
LEFT JOIN cases m ON m.id = o.master AND ($3::text::jsonb IS NULL OR may_see(m, $3::text::jsonb))
JOIN cases c ON c.id = coalesce(m.id, o.id)
JOIN durations d ON d.category = c.category AND d.area IN (left(c.area, 9), left(c.area, 6))
    AND d.day >= date '2000-01-01' + $2::int
WHERE l.report_id = $1::bigint AND NOT c.restricted
GROUP BY d.area, d.bucket
ORDER BY length(d.area) DESC, d.bucket
