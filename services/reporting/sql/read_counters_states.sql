-- Stock and flow by state: of an area, or of each area of a level inside it, those without any too.
-- $1 text area; $2 text level, null: the area itself; $3 text: the first code after the area; $4 date from, $5 date to;
-- $6 bool names in English; $7 int4 how many areas at most
-- Columns: area, its name, state (null: nothing ever), stock, entered, left
-- Tables: areas, rollup_states (read) · Locks: none
SELECT s.code, s.name, r.state, coalesce(sum(r.entered - r.left_), 0)::bigint AS stock,
    coalesce(sum(r.entered) FILTER (WHERE r.day BETWEEN $4::date AND $5::date), 0)::bigint AS entered,
    coalesce(sum(r.left_) FILTER (WHERE r.day BETWEEN $4 AND $5), 0)::bigint AS left_
FROM (
    SELECT a.code, CASE WHEN $6::boolean THEN a.name_en ELSE a.name END AS name
    FROM areas a
    WHERE a.layer = 'grid' AND a.valid_to IS NULL AND a.code >= $1::text AND a.code < $3::text
        AND CASE WHEN $2::text IS NULL THEN a.code = $1 ELSE a.level = $2 END
    ORDER BY a.code LIMIT $7::int
) AS s
LEFT JOIN rollup_states r ON r.area = s.code
GROUP BY s.code, s.name, r.state
ORDER BY s.code, r.state
