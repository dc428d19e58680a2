-- Duty new and changed. $1 import, $2 now. Tables: writes duty; reads import_staging, areas, staff. Locks: the rows.
INSERT INTO duty (code, area_id, post, staff_id, kind, starts_at, ends_at)
SELECT s.code,
    (SELECT a.id FROM areas a
        WHERE a.code = s.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
        ORDER BY a.layer <> 'grid', a.id LIMIT 1),
    s.row ->> 'post', w.id, s.row ->> 'kind', (s.row ->> 'starts_at')::timestamptz, (s.row ->> 'ends_at')::timestamptz
FROM import_staging s
JOIN staff w ON w.code = s.row ->> 'staff'
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET area_id = excluded.area_id, post = excluded.post, staff_id = excluded.staff_id, kind = excluded.kind,
    starts_at = excluded.starts_at, ends_at = excluded.ends_at
