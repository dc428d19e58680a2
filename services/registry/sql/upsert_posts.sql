-- The posts of staff new and changed; one that is held already keeps its beginning. $1 import, $2 now. Tables: writes
-- posts; reads import_staging, staff, areas. Locks: the rows.
INSERT INTO posts (staff_id, post, area_id, valid_from)
SELECT w.id, h ->> 'post',
    (SELECT a.id FROM areas a
        WHERE a.code = h ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
        ORDER BY a.layer <> 'grid', a.id LIMIT 1),
    $2::timestamptz
FROM import_staging s
JOIN staff w ON w.code = s.code
CROSS JOIN LATERAL jsonb_array_elements(s.row -> 'posts') h
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (staff_id, post, area_id) DO UPDATE SET valid_to = NULL
