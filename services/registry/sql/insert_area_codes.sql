-- The codes of areas that are new. $1 import. Tables: writes area_codes; reads import_staging, areas. Locks: none.
INSERT INTO area_codes (area_id, code, valid_from, valid_to)
SELECT a.id, a.code, a.valid_from, a.valid_to
FROM import_staging s
JOIN areas a ON a.id = s.target
WHERE s.import_id = $1::bigint AND s.action = 'added'
