-- Who has which posts where, person by person, and all areas, as wangge-triage check reads them. $1 now.
-- Columns: {"items": [{"posts": [{"post", "area"}]}], "areas": [code]} (json text).
-- Tables read: posts, areas. Locks: none.
-- scans: the whole roster, once for each `wangge-triage check`.
SELECT json_build_object(
    'items', (SELECT coalesce(json_agg(json_build_object('posts', person.posts)), '[]')
        FROM (SELECT json_agg(json_build_object('post', p.post, 'area', a.code)) AS posts
            FROM posts p JOIN areas a ON a.id = p.area_id
            WHERE p.valid_from <= $1::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $1::timestamptz)
            GROUP BY p.staff_id) person),
    'areas', (SELECT coalesce(json_agg(code), '[]') FROM areas
        WHERE layer = 'grid' AND kind = 'ordinary' AND valid_from <= $1::timestamptz
            AND (valid_to IS NULL OR valid_to > $1::timestamptz)))::text
