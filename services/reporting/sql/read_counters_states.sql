-- Stock and flow by state: of an area, or of each area of a level inside it.
-- $1 text area, null: the district; $2 text level, null: the area itself; $3 text: the first code after the area;
-- $4 date from, $5 date to; $6 bool names in English
-- Columns: area, its name, state, stock, entered, left
-- Tables: areas, rollup_states (read) · Locks: none
SELECT s.code, s.name, r.state, sum(r.entered - r.left_)::bigint AS stock,
    coalesce(sum(r.entered) FILTER (WHERE r.day BETWEEN $4::date AND $5::date), 0)::bigint AS entered,
    coalesce(sum(r.left_) FILTER (WHERE r.day BETWEEN $4 AND $5), 0)::bigint AS left_
FROM (
    SELECT a.code, CASE WHEN $6::boolean THEN a.name_en ELSE a.name END AS name
    FROM areas a
    WHERE a.layer = 'grid' AND a.valid_to IS NULL AND $2::text IS NULL AND a.code = $1::text
    UNION ALL
    SELECT a.code, CASE WHEN $6 THEN a.name_en ELSE a.name END
    FROM areas a
    WHERE a.layer = 'grid' AND a.valid_to IS NULL AND a.level = $2::text AND a.code >= $1 AND a.code < $3::text
) AS s
JOIN rollup_states r ON r.area = s.code
GROUP BY s.code, s.name, r.state
ORDER BY s.code, r.state
