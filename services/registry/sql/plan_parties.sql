-- For a slice of staged parties: whether each is new or changes. One that has a contact, in the file or the table,
-- counts as changed: sealed contacts cannot be compared. $1 import, $2 now, $3 after this line, $4 up to this line.
-- Writes: import_staging. Reads: parties, areas.
UPDATE import_staging s
SET action = CASE WHEN f.code IS NULL THEN 'added' WHEN f.same THEN 'unchanged' ELSE 'changed' END
FROM (
    SELECT t.line, p.code, p.name = t.row ->> 'name' AND p.name_en = t.row ->> 'name_en' AND p.kind = t.row ->> 'kind'
        AND a.code IS NOT DISTINCT FROM t.row ->> 'area' COLLATE "C" AND p.contact_sealed IS NULL
        AND t.row ->> 'contact' IS NULL AS same
    FROM import_staging t
    LEFT JOIN parties p ON p.code = t.code
    LEFT JOIN areas a ON a.id = p.area_id
    WHERE t.import_id = $1::bigint AND t.line > $3::int AND t.line <= $4::int AND $2::timestamptz IS NOT NULL) f
WHERE s.import_id = $1::bigint AND s.line = f.line
