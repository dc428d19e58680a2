-- Who covers each post at a moment, and by which rule: a row of the roster that covers it comes before the post's own
-- holder, whoever is on leave covers nothing. $1, $2 low and high codes of what may be read, $3 low and $4 high code of
-- the areas asked for, $5 the moment, $6 <area>.<post> before the page, $7 limit. Columns: area's code, post, staff's
-- code or null, rule (the roster's kind, post, nobody), until when. Tables: reads duty, posts, areas, staff. Locks: none.
WITH slots AS MATERIALIZED (
    SELECT DISTINCT x.area_id, a.code, x.post
    FROM (SELECT p.area_id, p.post FROM posts p JOIN staff s ON s.id = p.staff_id AND s.left_at IS NULL
            WHERE p.valid_from <= $5::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $5::timestamptz)
            UNION ALL
            SELECT d.area_id, d.post FROM duty d
            WHERE d.starts_at <= $5::timestamptz AND d.ends_at > $5::timestamptz AND d.kind <> 'leave') x
    JOIN areas a ON a.id = x.area_id
    WHERE a.code >= $3::text AND a.code < $4::text AND (a.code || '.' || x.post) COLLATE "C" > $6::text
        AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) r(low, high)
            WHERE a.code >= r.low COLLATE "C" AND a.code < r.high COLLATE "C")
    ORDER BY a.code, x.post
    LIMIT $7::int
)
SELECT slots.code, slots.post, coalesce(on_roster.code, holder.code), coalesce(on_roster.kind, holder.rule, 'nobody'), on_roster.ends_at
FROM slots
LEFT JOIN LATERAL (
    SELECT s.code, d.kind, d.ends_at
    FROM duty d
    JOIN staff s ON s.id = d.staff_id
    WHERE d.area_id = slots.area_id AND d.post = slots.post AND d.kind <> 'leave' AND d.starts_at <= $5::timestamptz
        AND d.ends_at > $5::timestamptz
    ORDER BY d.starts_at, d.id
    LIMIT 1) on_roster ON true
LEFT JOIN LATERAL (
    SELECT s.code, 'post' AS rule
    FROM posts p
    JOIN staff s ON s.id = p.staff_id AND s.left_at IS NULL
    WHERE p.area_id = slots.area_id AND p.post = slots.post AND p.valid_from <= $5::timestamptz
        AND (p.valid_to IS NULL OR p.valid_to > $5::timestamptz)
        AND NOT EXISTS (SELECT FROM duty d
            WHERE d.staff_id = p.staff_id AND d.area_id = p.area_id AND d.post = p.post AND d.kind = 'leave'
                AND d.starts_at <= $5::timestamptz AND d.ends_at > $5::timestamptz)
    ORDER BY s.id
    LIMIT 1) holder ON true
ORDER BY slots.code, slots.post
