-- What must become of the records of a tainan file, from the file, the tables of this folder and the areas in the
-- database alone: PostGIS decides where each point lies, not triage. Read only; all tables are temporary.
-- Environment: WANGGE_SAMPLE (this folder), WANGGE_FILE (.csv or .csv.gz), WANGGE_LIMIT (records; 0: all),
-- WANGGE_RUN_NAME (compare with the cases of this run of ops/replay; empty: only say what is expected).
--
-- In the order in which triage asks: without a point the place is missing (place); further than 30 m from every
-- area it is outside (outside); in no grid, or in a community whose grids have no polygons, the grid is missing (grid);
-- then the category (category). Everything else is dispatched: the sample has somebody for every grid.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
\getenv run WANGGE_RUN_NAME
\getenv most WANGGE_LIMIT
SET client_min_messages = warning;
SET jit = off;
BEGIN READ WRITE;

CREATE TEMP TABLE raw (n int GENERATED ALWAYS AS IDENTITY, case_id text, requested_at text, district text,
                       service text, subproject text, description text, address text, lat text, lng text,
                       geo_coarse text, description_hant text) ON COMMIT DROP;
CREATE TEMP TABLE kinds (service text, subproject text, category text) ON COMMIT DROP;
\copy raw (case_id, requested_at, district, service, subproject, description, address, lat, lng, geo_coarse, description_hant) FROM PROGRAM 'gzip -cdf -- "$WANGGE_FILE"' CSV HEADER
\copy kinds FROM PROGRAM 'cat "$WANGGE_SAMPLE/tainan.csv"' CSV HEADER
\set outline `cat "$WANGGE_SAMPLE/outline.geojson"`
\set tainan `cat "$WANGGE_SAMPLE/tainan.json"`
DELETE FROM raw WHERE n > (:'most')::int AND (:'most')::int > 0;

-- The affine map, to six decimals as ops/replay sends them.
CREATE TEMP TABLE records ON COMMIT DROP AS
    WITH boxes AS (
        SELECT ST_GeomFromGeoJSON((:'outline')::jsonb->'features'->0->>'geometry') AS d,
               (:'tainan')::jsonb->'box' AS b)
    SELECT r.n,
           nullif(coalesce((SELECT category FROM kinds k
                            WHERE k.service = r.service AND k.subproject IS NOT DISTINCT FROM r.subproject),
                           (SELECT category FROM kinds k WHERE k.service = r.service AND k.subproject = '*'
                            AND NOT EXISTS (SELECT FROM kinds e WHERE e.service = r.service
                                            AND e.subproject IS NOT DISTINCT FROM r.subproject))), '') AS category,
           CASE WHEN r.geo_coarse = '0' AND r.lat <> '' AND r.lng <> '' THEN ST_SetSRID(ST_MakePoint(
               round((ST_XMin(d) + (r.lng::float8 - (b->>0)::float8) * (ST_XMax(d) - ST_XMin(d))
                      / ((b->>2)::float8 - (b->>0)::float8))::numeric, 6)::float8,
               round((ST_YMin(d) + (r.lat::float8 - (b->>1)::float8) * (ST_YMax(d) - ST_YMin(d))
                      / ((b->>3)::float8 - (b->>1)::float8))::numeric, 6)::float8), 4326) END AS point
    FROM raw r, boxes;
ANALYZE records;

CREATE TEMP TABLE expected ON COMMIT DROP AS
    SELECT n, category, point, CASE WHEN reason IS NULL THEN 'dispatched' ELSE 'waiting' END AS fate, reason, area
    FROM (SELECT r.*,
                 CASE WHEN point IS NULL THEN 'place'
                      WHEN deepest IS NULL THEN 'outside'
                      WHEN grid IS NULL THEN 'grid'
                      WHEN category IS NULL THEN 'category' END AS reason,
                 CASE WHEN point IS NULL OR deepest IS NULL THEN (SELECT code FROM areas WHERE parent_id IS NULL
                                                                   AND layer = 'grid' AND valid_to IS NULL)
                      ELSE coalesce(grid, deepest) END AS area
          FROM records r
          -- A dedicated grid comes first for its own matters; on a border the lower id.
          LEFT JOIN LATERAL (
              SELECT a.code AS grid FROM areas a
              WHERE a.layer = 'grid' AND a.level = 'grid' AND a.valid_to IS NULL AND ST_Covers(a.border, r.point)
                AND (a.kind <> 'dedicated' OR r.category = ANY (a.matters))
              ORDER BY a.kind = 'dedicated' DESC, a.id LIMIT 1) g ON true
          LEFT JOIN LATERAL (
              SELECT a.code AS deepest FROM areas a
              WHERE a.layer = 'grid' AND a.kind = 'ordinary' AND a.level <> 'micro' AND a.valid_to IS NULL
                AND ST_Covers(a.border, r.point)
              ORDER BY length(a.code) DESC, a.id LIMIT 1) d ON true) judged;
