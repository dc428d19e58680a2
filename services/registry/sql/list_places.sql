-- The gazetteer, by code. $1 low and $2 high code of the areas, $3 part of a name or alias or null, $4 the code
-- before the page, $5 limit, $6 now. Columns: code, name, name_en, kind, aliases (JSON), road, number, management, area's
-- code, longitude, latitude, version. Tables: reads places, areas. Locks: none.
SELECT p.code, p.name, p.name_en, p.kind, to_jsonb(p.aliases)::text, p.road, p.number, p.management, a.code,
    ST_X(p.point), ST_Y(p.point), p.xmin::text
FROM places p
JOIN areas a ON a.id = p.area_id
WHERE a.code >= $1::text AND a.code < $2::text AND p.code > $4::text
    AND (p.retired_at IS NULL OR p.retired_at > $6::timestamptz)
    AND ($3::text IS NULL OR strpos(lower(p.name), lower($3::text)) > 0
        OR strpos(lower(p.name_en), lower($3::text)) > 0
        OR EXISTS (SELECT FROM unnest(p.aliases) alias WHERE strpos(lower(alias), lower($3::text)) > 0))
ORDER BY p.code
LIMIT $5::int
