-- For a slice of staged duty: whether each row is new or changes. $1 import, $2 now, $3 after this line, $4 up to this
-- line. Writes: import_staging. Reads: duty, areas, staff.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, d.code, a.code = t.row ->> 'area' COLLATE "C" AND d.post = t.row ->> 'post'
        AND w.code = t.row ->> 'staff' AND d.kind = t.row ->> 'kind'
        AND d.starts_at = (t.row ->> 'starts_at')::timestamptz AND d.ends_at = (t.row ->> 'ends_at')::timestamptz AS same
    FROM import_staging t
    LEFT JOIN duty d ON d.code = t.code
    LEFT JOIN areas a ON a.id = d.area_id
    LEFT JOIN staff w ON w.id = d.staff_id
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int AND $2::timestamptz IS NOT NULL) f
WHERE s.import_id = $1::bigint AND s.line = f.line
