-- Staff with a post that the caller may read of, by code; also one by code. $1, $2 low and high codes of what may be
-- read, $3 low and $4 high code of the areas asked for, $5 post or null, $6 the code before the page, $7 limit, $8
-- now, $9 those without any post too. Columns: id, code, name, name_en, tags (JSON), has_email, posts (JSON), party's code,
-- version. Tables:
-- reads staff, posts, areas, parties. Locks: none.
SELECT s.id, s.code, s.name, s.name_en, to_jsonb(s.tags)::text, s.has_email, coalesce(held.posts, '[]')::text,
    (SELECT p.code FROM parties p WHERE p.id = s.party_id), s.xmin::text
FROM staff s
LEFT JOIN LATERAL (
    SELECT jsonb_agg(jsonb_build_object('post', p.post, 'area', a.code) ORDER BY p.post, a.code) AS posts,
        bool_or(a.code >= $3::text AND a.code < $4::text AND ($5::text IS NULL OR p.post = $5::text)
            AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) r(low, high)
                WHERE a.code >= r.low COLLATE "C" AND a.code < r.high COLLATE "C")) AS shown
    FROM posts p
    JOIN areas a ON a.id = p.area_id
    WHERE p.staff_id = s.id AND p.valid_from <= $8::timestamptz
        AND (p.valid_to IS NULL OR p.valid_to > $8::timestamptz)) held ON true
WHERE s.code > $6::text AND (s.left_at IS NULL OR s.left_at > $8::timestamptz)
    AND (held.shown OR ($9::boolean AND held.posts IS NULL))
ORDER BY s.code
LIMIT $7::int
