-- For a slice of staged duty: whether each row is new or changes. $1 import, $2 now, $3 after this line, $4 up to
-- this line. Tables: writes import_staging; reads duty, areas, staff. Locks: those rows.
UPDATE import_staging s
SET action = (
    SELECT CASE WHEN d.code IS NULL THEN 'added' WHEN
        a.code = s.row ->> 'area' COLLATE "C" AND d.post = s.row ->> 'post'
        AND w.code = s.row ->> 'staff' AND d.kind = s.row ->> 'kind'
        AND d.starts_at = (s.row ->> 'starts_at')::timestamptz AND d.ends_at = (s.row ->> 'ends_at')::timestamptz
        THEN 'unchanged' ELSE 'changed' END
    FROM (SELECT 1) one
    LEFT JOIN duty d ON d.code = s.code
    LEFT JOIN areas a ON a.id = d.area_id
    LEFT JOIN staff w ON w.id = d.staff_id)
WHERE s.import_id = $1::bigint AND s.line > $3::int AND s.line <= $4::int AND $2::timestamptz IS NOT NULL
