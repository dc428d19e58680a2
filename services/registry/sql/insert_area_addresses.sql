-- What grids without a polygon consist of. $1 import. Tables: writes area_addresses; reads import_staging. Locks:
-- none.
INSERT INTO area_addresses (area_id, compound, building, road, number_from, number_to)
SELECT s.target, e ->> 'compound', e ->> 'building', e ->> 'road', (e ->> 'from')::int, (e ->> 'to')::int
FROM import_staging s
CROSS JOIN LATERAL jsonb_array_elements(s.row -> 'addresses') e
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
