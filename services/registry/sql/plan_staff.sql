-- For a slice of staged staff: whether each is new or changes. Whoever has a contact, in the file or the table,
-- counts as changed: sealed contacts cannot be compared. $1 import, $2 now, $3 after this line, $4 up to this line.
-- Tables: writes import_staging; reads staff, posts, areas, parties. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN w.code IS NULL THEN 'added' WHEN
        w.name = s.row ->> 'name' AND w.name_en = s.row ->> 'name_en'
        AND to_jsonb(w.tags) = s.row -> 'tags' AND w.contact_sealed IS NULL AND s.row ->> 'contact' IS NULL
        AND w.left_at IS NULL
        AND (SELECT p.code FROM parties p WHERE p.id = w.party_id) IS NOT DISTINCT FROM s.row ->> 'party' COLLATE "C"
        AND (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]') FROM jsonb_array_elements(s.row -> 'posts') e)
            = (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]')
                FROM (SELECT jsonb_build_object('post', p.post, 'area', a.code) AS e
                    FROM posts p
                    JOIN areas a ON a.id = p.area_id
                    WHERE p.staff_id = w.id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)) held)
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN staff w ON w.code = s.code)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int
