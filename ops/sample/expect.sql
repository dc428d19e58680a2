-- What must become of the records of a tainan file, from the file, the tables of this folder and the areas in the
-- database alone: PostGIS decides where each point lies, not triage. Read only; all tables are temporary.
-- Environment: WANGGE_SAMPLE (this folder), WANGGE_FILE (.csv or .csv.gz), WANGGE_LIMIT (records; 0: all),
-- WANGGE_RUN_NAME (compare with the cases of this run of ops/replay; empty: only say what is expected),
-- WANGGE_FILE_NAME (the file as the run's keys name it), WANGGE_NOW (temporary grids that have ended count no more).
--
-- What waits says the first reason of these: without a point (place); further than 30 m from every area (outside); in
-- no grid, as in a community whose grids have no polygons (grid); no category of ours (category). Everything else is
-- dispatched: the sample has somebody for every grid.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
\getenv run WANGGE_RUN_NAME
\getenv most WANGGE_LIMIT
\getenv now WANGGE_NOW
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

-- A dedicated grid comes first for its own matters, then a temporary one, then the deepest area; on a border the lower
-- id.
CREATE TEMP TABLE inside ON COMMIT DROP AS
    SELECT DISTINCT ON (r.n) r.n, a.code, a.level, a.kind
    FROM records r
    LEFT JOIN categories c ON c.code = r.category
    JOIN areas a ON ST_Covers(a.border, r.point)
    WHERE a.layer = 'grid' AND (a.valid_to IS NULL OR a.valid_to > :'now')
      AND (a.kind <> 'dedicated' OR a.matters && ARRAY[c.code, c.parent])
    ORDER BY r.n, a.kind = 'dedicated' DESC, a.kind = 'temporary' DESC,
             array_position(ARRAY['micro', 'grid', 'community', 'street'], a.level), a.id;

-- In none, but within 30 m of one: the nearest, on a plane, so that a straight border is straight in every area that
-- has it; to a centimetre they are then equally far, and the deepest is meant.
CREATE TEMP TABLE beside ON COMMIT DROP AS
    SELECT DISTINCT ON (n) n, code, level, kind
    FROM (SELECT r.n, a.*, ST_Distance(ST_Scale(a.border, m.lon, m.lat), ST_Scale(r.point, m.lon, m.lat)) AS metres
          FROM records r
          LEFT JOIN categories c ON c.code = r.category
          JOIN areas a ON a.border && ST_Expand(r.point, 0.0005)
          CROSS JOIN (SELECT 111320 * cos(radians(ST_Y(point))) AS lon, 110940 AS lat
                      FROM areas WHERE parent_id IS NULL AND layer = 'grid' AND valid_to IS NULL) m
          WHERE a.layer = 'grid' AND (a.valid_to IS NULL OR a.valid_to > :'now') AND NOT EXISTS (SELECT FROM inside i WHERE i.n = r.n)
            AND (a.kind <> 'dedicated' OR a.matters && ARRAY[c.code, c.parent])) near
    WHERE metres <= 30
    ORDER BY n, round(metres::numeric, 2), kind = 'dedicated' DESC, kind = 'temporary' DESC,
             array_position(ARRAY['micro', 'grid', 'community', 'street'], level), id;

CREATE TEMP TABLE expected ON COMMIT DROP AS
    SELECT r.n, r.category, coalesce(i.code, root.code) AS area,
           CASE WHEN r.point IS NULL THEN 'place'
                WHEN i.code IS NULL THEN 'outside'
                WHEN i.level NOT IN ('grid', 'micro') THEN 'grid'
                WHEN r.category IS NULL THEN 'category' END AS reason,
           CASE WHEN i.kind = 'dedicated' AND c.responsible = 'leader' THEN 'dedicated-leader'
                ELSE c.responsible END AS post
    FROM records r
    LEFT JOIN (TABLE inside UNION ALL TABLE beside) i USING (n)
    LEFT JOIN categories c ON c.code = r.category
    CROSS JOIN (SELECT code FROM areas WHERE parent_id IS NULL AND layer = 'grid' AND valid_to IS NULL) root;
ANALYZE expected;

SELECT jsonb_build_object('records', count(*), 'dispatched', count(*) FILTER (WHERE reason IS NULL),
                          'waiting', count(*) FILTER (WHERE reason IS NOT NULL),
                          'reasons', (SELECT coalesce(jsonb_object_agg(reason, n), '{}') FROM
                                      (SELECT reason, count(*) AS n FROM expected WHERE reason IS NOT NULL GROUP BY 1) g))
FROM expected;

-- Each record of the run against its report, its case and the holder, before anybody has acted on it.
SELECT :'run' <> '' AS compare \gset
\if :compare
\getenv file WANGGE_FILE_NAME
CREATE TEMP TABLE differs ON COMMIT DROP AS
    SELECT e.n, concat_ws(', ',
        CASE WHEN r.reports IS DISTINCT FROM 1 THEN format('%s reports', coalesce(r.reports, 0)) END,
        CASE WHEN r.reports > 0 AND r.cases <> r.reports THEN format('%s cases', r.cases) END,
        CASE WHEN c.id IS NOT NULL AND c.state <> CASE WHEN e.reason IS NULL THEN 'dispatched' ELSE 'reported' END
             THEN format('is %s', c.state) END,
        CASE WHEN c.id IS NOT NULL AND c.reason IS DISTINCT FROM e.reason
             THEN format('reason %s, not %s', coalesce(c.reason, '-'), coalesce(e.reason, '-')) END,
        CASE WHEN c.area <> e.area THEN format('area %s, not %s', c.area, e.area) END,
        CASE WHEN c.id IS NOT NULL AND c.category IS DISTINCT FROM e.category
             THEN format('category %s, not %s', c.category, e.category) END,
        CASE WHEN c.id IS NOT NULL AND c.holder IS DISTINCT FROM h.staff_id
             THEN format('holder %s, not %s', c.holder, h.staff_id) END) AS what
    FROM expected e
    LEFT JOIN (SELECT substr(source_id, length(:'file') + 2, length(source_id) - length(:'file') - length(:'run') - 2)::int AS n,
                      count(DISTINCT r.id) AS reports, count(l.case_id) AS cases, min(l.case_id) AS case_id
               FROM reports r LEFT JOIN case_reports l ON l.report_id = r.id
               WHERE source_system = 'replay' AND left(source_id, length(:'file') + 1) = :'file' || ':'
                 AND right(source_id, length(:'run') + 1) = ':' || :'run'
               GROUP BY 1) r ON r.n = e.n
    LEFT JOIN cases c ON c.id = r.case_id
    -- The nearest at or above the spot: whoever was on duty when the case was opened, or else the post's own holder.
    LEFT JOIN LATERAL (
        SELECT h.staff_id
        FROM areas a
        CROSS JOIN LATERAL (
            SELECT 1 AS turn, d.staff_id FROM duty d
            WHERE d.area_id = a.id AND d.post = e.post AND d.kind <> 'leave'
              AND d.starts_at <= c.opened_at AND c.opened_at < d.ends_at
            UNION ALL
            SELECT 2, p.staff_id FROM posts p
            WHERE p.area_id = a.id AND p.post = e.post AND p.valid_from <= c.opened_at
              AND (p.valid_to IS NULL OR c.opened_at < p.valid_to) AND NOT EXISTS (
                SELECT FROM duty d WHERE d.area_id = a.id AND d.post = e.post AND d.kind = 'leave'
                  AND d.staff_id = p.staff_id AND d.starts_at <= c.opened_at AND c.opened_at < d.ends_at)) h
        WHERE e.reason IS NULL AND a.layer = 'grid' AND (a.valid_to IS NULL OR a.valid_to > :'now')
          AND a.code IN (e.area, left(e.area, 15), left(e.area, 12), left(e.area, 9), left(e.area, 6))
        ORDER BY length(a.code) DESC, h.turn, h.staff_id LIMIT 1) h ON true;
SELECT format('record %s: %s', n, what) FROM differs WHERE what <> '' ORDER BY n LIMIT 20;
DO $$
DECLARE differing int := (SELECT count(*) FROM differs WHERE what <> '');
BEGIN
    IF differing > 0 THEN
        RAISE EXCEPTION '% records differ from what is expected', differing;
    END IF;
END $$;
\endif
COMMIT;
