-- A code begins and ends with its area. $1 import. Tables: writes area_codes; reads import_staging, areas. Locks: the rows.
UPDATE area_codes c
SET valid_from = least(c.valid_from, a.valid_from), valid_to = a.valid_to
FROM import_staging s
JOIN areas a ON a.id = s.target
WHERE s.import_id = $1::bigint AND s.action = 'changed' AND c.area_id = a.id AND c.code = a.code
    AND (c.valid_to IS DISTINCT FROM a.valid_to OR c.valid_from > a.valid_from)
