-- Who covers what, when, within what the caller may read, by code. $1, $2 low and high codes of what may be read, $3
-- low and $4 high code of the areas asked for, $5 a moment that must be covered or null, $6 the code before the page,
-- $7 limit. Columns: code, area's code, post, staff's code, kind, starts_at, ends_at, version. Tables: reads duty, areas,
-- staff. Locks: none.
SELECT d.code, a.code, d.post, s.code, d.kind, d.starts_at, d.ends_at, d.xmin::text
FROM duty d
JOIN areas a ON a.id = d.area_id
JOIN staff s ON s.id = d.staff_id
WHERE d.code > $6::text AND a.code >= $3::text AND a.code < $4::text
    AND ($5::timestamptz IS NULL OR (d.starts_at <= $5::timestamptz AND d.ends_at > $5::timestamptz))
    AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) r(low, high)
        WHERE a.code >= r.low COLLATE "C" AND a.code < r.high COLLATE "C")
ORDER BY d.code
LIMIT $7::int
