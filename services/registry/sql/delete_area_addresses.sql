-- The addresses of areas that change, before they are written anew. $1 import. Tables: writes area_addresses; reads
-- import_staging. Locks: the rows.
DELETE FROM area_addresses d
USING import_staging s
WHERE s.import_id = $1::bigint AND s.action = 'changed' AND d.area_id = s.target
