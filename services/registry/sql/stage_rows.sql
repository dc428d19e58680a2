-- A slice of an import. $1 import, $2 lines, $3 codes, $4 rows, $5 outlines (GeoJSON or null). A polygon that PostGIS
-- does not find valid is not kept but named. Tables: writes import_staging. Locks: none.
INSERT INTO import_staging (import_id, line, code, row, border, point, fault)
SELECT $1::bigint, s.line, s.code, s.row, b.border, ST_PointOnSurface(b.border), v.fault
FROM unnest($2::int[], $3::text[], $4::jsonb[], $5::text[]) s(line, code, row, outline)
CROSS JOIN LATERAL (SELECT ST_SetSRID(ST_GeomFromGeoJSON(s.outline), 4326) AS outline OFFSET 0) g
CROSS JOIN LATERAL (SELECT CASE WHEN g.outline IS NULL THEN NULL WHEN ST_IsEmpty(g.outline) THEN ''
    ELSE nullif(ST_IsValidReason(g.outline), 'Valid Geometry') END AS fault OFFSET 0) v
CROSS JOIN LATERAL (SELECT CASE WHEN v.fault IS NULL THEN g.outline END AS border OFFSET 0) b
