-- Sums of rates inside an area, by a dimension.
-- $1 int4 version; $2 text[] rates; $3 int4 first day since 2000-01-01, $4 int4 last; $5 text area, $6 text the first code
-- after it; $7 text by: area, party, category, day, or null; $8 int4 digits of the areas; $9 bool names in English;
-- $10 int4 how many rows
-- Columns: rate, key (null: all, or no party or category), its name, part, why, n
-- Tables: rate_facts, areas, parties, categories (read) · Locks: none
SELECT g.rate, coalesce(y.code, g.key) AS key,
    CASE $7::text
        WHEN 'area' THEN (SELECT CASE WHEN $9::boolean THEN a.name_en ELSE a.name END FROM areas a
            WHERE a.code = g.key AND a.valid_to IS NULL LIMIT 1)
        WHEN 'party' THEN CASE WHEN $9 THEN y.name_en ELSE y.name END
        WHEN 'category' THEN (SELECT CASE WHEN $9 THEN k.name_en ELSE k.name END FROM categories k WHERE k.code = g.key)
    END AS name, g.part, g.why, g.n
FROM (
    SELECT f.rate, f.part, f.why, count(*)::bigint AS n,
        CASE $7::text WHEN 'area' THEN left(f.area, $8::int) WHEN 'party' THEN f.party::text WHEN 'category' THEN nullif(f.category, '')
            WHEN 'day' THEN f.day::text END AS key
    FROM rate_facts f
    WHERE f.version = $1::int AND f.rate = ANY ($2::text[])
        AND f.day BETWEEN date '2000-01-01' + $3::int AND date '2000-01-01' + $4::int
        AND f.area >= $5::text AND f.area < $6::text
    GROUP BY 1, 2, 3, 5
) AS g
LEFT JOIN parties y ON $7 = 'party' AND y.id::text = g.key
ORDER BY g.rate, g.key NULLS FIRST, g.part, g.why LIMIT $10::int
