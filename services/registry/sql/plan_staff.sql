-- For a slice of staged staff: whether each is new or changes. Whoever has a contact, in the file or the table, counts
-- as changed: sealed contacts cannot be compared. $1 import, $2 now, $3 after this line, $4 up to this line.
-- Writes: import_staging. Reads: staff, posts, areas.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, w.code, w.name = t.row ->> 'name' AND w.name_en = t.row ->> 'name_en'
        AND to_jsonb(w.tags) = t.row -> 'tags' AND w.contact_sealed IS NULL AND t.row ->> 'contact' IS NULL
        AND w.left_at IS NULL
        AND (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]') FROM jsonb_array_elements(t.row -> 'posts') e)
            = (SELECT coalesce(jsonb_agg(e ORDER BY e), '[]')
                FROM (SELECT jsonb_build_object('post', p.post, 'area', a.code) AS e
                    FROM posts p
                    JOIN areas a ON a.id = p.area_id
                    WHERE p.staff_id = w.id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)) held) AS same
    FROM import_staging t
    LEFT JOIN staff w ON w.code = t.code
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int) f
WHERE s.import_id = $1::bigint AND s.line = f.line
