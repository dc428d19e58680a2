-- The sample city, cut: district outline → 16 streets → 176 communities → 9 grids each → 4 micro-grids each,
-- three dedicated grids, and a post for each. Only the codes and names of streets and communities and the
-- outline of the district are real; every other line on this map is synthetic (README.md).
--
-- Run by ops/sample/load in the instance's own database, as its owner. Writes to no table: all is temporary,
-- the result goes to files in the folder :out, and those go in through the front door like anybody's.
-- Deterministic: every random point has a fixed seed.
-- Environment: WANGGE_SAMPLE (this folder), WANGGE_CUT (where the files go).
--
-- Lengths are metres on a local plane that is an affine map of degrees: what is cut from a straight border
-- stays on it when it is mapped back, so that neighbours have no gap between them.

\set ON_ERROR_STOP on
\set QUIET on
\pset tuples_only on
\pset format unaligned
\pset fieldsep ''
\getenv out WANGGE_CUT
\getenv sample WANGGE_SAMPLE
SET client_min_messages = warning;
SET jit = off;
SET search_path = pg_temp, public;
BEGIN;

CREATE FUNCTION pg_temp.plane(g geometry) RETURNS geometry LANGUAGE sql IMMUTABLE AS $$
    SELECT ST_SetSRID(ST_Affine(g, 91540, 0, 0, 110940, -113.58 * 91540, -34.69 * 110940), 0) $$;
CREATE FUNCTION pg_temp.globe(g geometry) RETURNS geometry LANGUAGE sql IMMUTABLE AS $$
    SELECT ST_SetSRID(ST_Affine(g, 1 / 91540.0, 0, 0, 1 / 110940.0, 113.58, 34.69), 4326) $$;

-- The cells of the points inside g, from north to south and west to east in strips.
CREATE FUNCTION pg_temp.cells(g geometry, points geometry) RETURNS TABLE (n int, cell geometry) LANGUAGE sql AS $$
    SELECT row_number() OVER (ORDER BY round((ST_YMax(g) - ST_Y(c)) / greatest((ST_YMax(g) - ST_YMin(g)) / 3, 1) - 0.5),
                              ST_X(c))::int, cell
    FROM (SELECT ST_Centroid(x) AS c, x AS cell
          FROM (SELECT ST_CollectionExtract(ST_Intersection(g, d.geom), 3) AS x
                FROM ST_Dump(ST_VoronoiPolygons(points, 0, ST_Envelope(g))) d) cut
          WHERE NOT ST_IsEmpty(x)) placed $$;

-- Cuts g into so many cells; of forty seeds the first with which no cell is empty, in two pieces or a sliver, else the
-- last.
CREATE FUNCTION pg_temp.cut(g geometry, pieces int, seed int) RETURNS TABLE (n bigint, cell geometry)
LANGUAGE plpgsql AS $$
DECLARE
    found geometry[];
    smallest float8 := ST_Area(g) / pieces / 12;
BEGIN
    FOR try IN seed * 40 + 1 .. seed * 40 + 40 LOOP
        SELECT array_agg(c.cell ORDER BY c.n) INTO found FROM pg_temp.cells(g, ST_GeneratePoints(g, pieces, try)) c;
        EXIT WHEN cardinality(found) = pieces
            AND (SELECT bool_and(ST_NumGeometries(f) = 1 AND ST_Area(f) > smallest) FROM unnest(found) f);
    END LOOP;
    RETURN QUERY SELECT u.n, u.cell FROM unnest(found) WITH ORDINALITY u (cell, n);
END $$;

-- ---------------------------------------------------------------- what is real

CREATE TEMP TABLE street_rows (code text, name text, name_en text, lon float8, lat float8);
CREATE TEMP TABLE community_rows (code text, street text, name text, official_name text, name_en text);
CREATE TEMP TABLE place_rows (code text, name text, name_en text, kind text, aliases text, road text,
                              number text, management text, area text);
\copy street_rows FROM PROGRAM 'cat "$WANGGE_SAMPLE/streets.csv"' CSV HEADER
\copy community_rows FROM PROGRAM 'cat "$WANGGE_SAMPLE/communities.csv"' CSV HEADER
\copy place_rows FROM PROGRAM 'cat "$WANGGE_SAMPLE/places.csv"' CSV HEADER
\set outline `cat "$WANGGE_SAMPLE/outline.geojson"`

CREATE TEMP TABLE district AS
    SELECT f->'properties'->>'code' AS code, f->'properties'->>'name' AS name, f->'properties'->>'name_en' AS name_en,
           pg_temp.plane(ST_GeomFromGeoJSON(f->>'geometry')) AS g
    FROM jsonb_array_elements((:'outline')::jsonb->'features') f;

-- ---------------------------------------------------------------- streets to micro-grids

CREATE TEMP TABLE streets AS
    SELECT s.code, s.name, s.name_en, c.cell AS g
    FROM district d,
         LATERAL pg_temp.cells(d.g, (SELECT ST_Collect(pg_temp.plane(ST_MakePoint(lon, lat)) ORDER BY code)
                                     FROM street_rows)) c
         JOIN street_rows s ON ST_Covers(c.cell, pg_temp.plane(ST_MakePoint(s.lon, s.lat)));

CREATE TEMP TABLE communities AS
    SELECT r.code, r.street, r.name, r.name_en, c.cell AS g
    FROM (SELECT *, row_number() OVER (PARTITION BY street ORDER BY code) AS n,
                 count(*) OVER (PARTITION BY street) AS pieces FROM community_rows) r
    JOIN (SELECT s.code, x.n, x.cell
          FROM (SELECT s.*, (SELECT count(*)::int FROM community_rows r WHERE r.street = s.code) AS pieces
                FROM streets s) s,
               LATERAL pg_temp.cut(s.g, s.pieces, right(s.code, 3)::int) x) c
      ON c.code = r.street AND c.n = r.n;

CREATE TEMP TABLE grids AS
    SELECT c.code || lpad(x.n::text, 3, '0') AS code, c.code AS community, x.n, c.name || '第' || x.n || '网格' AS name,
           c.name_en || ' Grid ' || x.n AS name_en, x.cell AS g
    FROM communities c, LATERAL pg_temp.cut(c.g, 9, right(c.code, 6)::int) x;

-- 康桥华城: 6 grids of four micro-grids and 3 of three, 33 in all (the seed page).
CREATE TEMP TABLE micros AS
    SELECT gr.code || lpad(x.n::text, 2, '0') AS code, gr.code AS grid, gr.community, x.n,
           gr.name || '第' || x.n || '微网格' AS name, gr.name_en || ' Micro-grid ' || x.n AS name_en, x.cell AS g
    FROM grids gr,
         LATERAL pg_temp.cut(gr.g, CASE WHEN gr.community = '410103007012' AND gr.n > 6 THEN 3 ELSE 4 END,
                             right(gr.code, 6)::int) x;

-- ---------------------------------------------------------------- dedicated grids: octagons over the ordinary ones

-- Three spots of 康桥华城 that are far from the inner point of every area, so that a dedicated grid covers none;
-- of four hundred random points the freest, then the freest that leave the first ones alone.
CREATE TEMP TABLE inner_points AS
    SELECT pg_temp.plane(ST_PointOnSurface(ST_Multi(pg_temp.globe(g)))) AS p
    FROM (SELECT g FROM district UNION ALL SELECT g FROM streets UNION ALL SELECT g FROM communities
          UNION ALL SELECT g FROM grids UNION ALL SELECT g FROM micros) areas;
CREATE TEMP TABLE spots AS
    SELECT p, least((SELECT min(ST_Distance(i.p, s.p)) FROM inner_points i), ST_Distance(s.p, ST_Boundary(g))) AS free
    FROM (SELECT c.g, (ST_Dump(ST_GeneratePoints(c.g, 400, 901))).geom AS p
          FROM communities c WHERE code = '410103007012') s;
CREATE TEMP TABLE dedicated AS
    WITH RECURSIVE chosen AS (
        (SELECT 1 AS n, p, free, ARRAY[p] AS taken FROM spots ORDER BY free DESC, ST_X(p) LIMIT 1)
        UNION ALL
        (SELECT c.n + 1, s.p, s.free, c.taken || s.p
         FROM chosen c, spots s
         WHERE c.n < 3 AND NOT EXISTS (SELECT FROM unnest(c.taken) t WHERE ST_DWithin(t, s.p, 200))
         ORDER BY s.free DESC, ST_X(s.p) LIMIT 1))
    SELECT '410103007012' || (900 + c.n) AS code, w.name, w.name_en, w.matters,
           ST_Buffer(c.p, c.free * 0.7, 'quad_segs=2') AS g
    FROM chosen c
    JOIN (VALUES
        (1, '大学北路丹尼斯专属网格', 'Dennis supermarket dedicated grid',
         'food-safety;shop-safety;fire-exit;fire-equipment;shop-sign;trouble-spot'),
        (2, '康桥华城学校专属网格', 'School dedicated grid', 'fire-exit;fire-equipment;health;minor-care;food-safety'),
        (3, '康桥华城商业街专属网格', 'Shopping street dedicated grid',
         'food-safety;shop-safety;fire-exit;fire-equipment;shop-sign;noise-site')) w (n, name, name_en, matters)
      USING (n);

-- ---------------------------------------------------------------- one list of areas

-- 京广北路社区 has grids and micro-grids without polygons: compounds, buildings and road numbers alone.
CREATE TEMP TABLE areas_out AS
    SELECT code, 'district' AS level, 'ordinary' AS kind, NULL AS parent, name, name_en,
           '' AS matters, '' AS addresses, g FROM district
    UNION ALL SELECT code, 'street', 'ordinary', '410103', name, name_en, '', '', g FROM streets
    UNION ALL SELECT code, 'community', 'ordinary', street, name, name_en, '', '', g FROM communities
    UNION ALL SELECT code, 'grid', 'ordinary', community, name, name_en, '',
           CASE community WHEN '410103005004'
                THEN format('compound=京广北路%s号院;road=京广北路 %s-%s', n * 32 - 31, n * 32 - 31, n * 32) ELSE '' END,
           CASE community WHEN '410103005004' THEN NULL ELSE g END FROM grids
    UNION ALL SELECT code, 'micro', 'ordinary', grid, name, name_en, '',
           CASE community WHEN '410103005004'
                THEN format('building=%s号楼@京广北路%s号院', n, right(grid, 3)::int * 32 - 31) ELSE '' END,
           CASE community WHEN '410103005004' THEN NULL ELSE g END FROM micros;
INSERT INTO areas_out
    SELECT code, 'grid', 'dedicated', '410103007012', name, name_en, matters, '', g FROM dedicated;

-- The cut is judged before it goes out.
DO $$
DECLARE wrong text;
BEGIN
    SELECT string_agg(what, '; ') INTO wrong FROM (
        SELECT format('%s streets, not 16', count(*)) AS what FROM streets HAVING count(*) <> 16
        UNION ALL SELECT format('%s communities, not 176', count(*)) FROM communities HAVING count(*) <> 176
        UNION ALL SELECT format('%s grids, not 1584', count(*)) FROM grids HAVING count(*) <> 1584
        UNION ALL SELECT format('%s micro-grids, not 6333', count(*)) FROM micros HAVING count(*) <> 6333
        UNION ALL SELECT format('%s dedicated grids, not 3', count(*)) FROM dedicated HAVING count(*) <> 3
        UNION ALL SELECT format('%s is empty, not valid or in pieces', code) FROM areas_out
            WHERE g IS NOT NULL AND (ST_IsEmpty(g) OR NOT ST_IsValid(g) OR ST_NumGeometries(g) <> 1)
        UNION ALL SELECT format('%s covers the inner point of an area', d.code) FROM dedicated d, inner_points i
            WHERE ST_DWithin(d.g, i.p, 2)
        UNION ALL SELECT format('%s has no area %s', p.code, p.area) FROM place_rows p
            WHERE NOT EXISTS (SELECT FROM areas_out a WHERE a.code = p.area)) faults;
    IF wrong IS NOT NULL THEN
        RAISE EXCEPTION 'the cut is wrong: %', wrong;
    END IF;
END $$;

-- ---------------------------------------------------------------- places: inside the cells of their areas

CREATE TEMP TABLE places_out AS
    SELECT p.*, CASE WHEN a.kind = 'dedicated' THEN ST_Centroid(a.g)
                     ELSE ST_GeometryN(ST_GeneratePoints(ST_Difference(ST_Buffer(a.g, -3), d.g), 1,
                                                         row_number() OVER (ORDER BY p.code)::int), 1) END AS g
    FROM place_rows p JOIN areas_out a ON a.code = p.area, (SELECT ST_Union(g) AS g FROM dedicated) d;

-- ---------------------------------------------------------------- staff: posts, no persons

CREATE TEMP TABLE staff_out AS
    SELECT a.code || '-' || w.post AS code, w.word || ' ' || a.code AS name, w.word_en || ' ' || a.code AS name_en,
           CASE WHEN w.post = 'micro-member' AND a.code >= '410103013' AND a.code < '410103014' AND right(a.code, 2) = '01'
                THEN '五老' ELSE '' END AS tags,
           a.code || '-' || w.post || '@erqi.example' AS email, w.post || '@' || a.code AS posts
    FROM areas_out a
    JOIN (VALUES ('grid', 'ordinary', 'leader', '网格长', 'Grid leader'),
                 ('grid', 'dedicated', 'dedicated-leader', '专属网格长', 'Dedicated-grid leader'),
                 ('micro', 'ordinary', 'micro-member', '微网格员', 'Micro-grid member'),
                 ('community', 'ordinary', 'secretary', '社区书记', 'Community secretary'),
                 ('community', 'ordinary', 'dispatcher', '社区派单员', 'Community dispatcher'),
                 ('street', 'ordinary', 'coordinator', '街道联调员', 'Street coordinator'),
                 ('district', 'ordinary', 'dispatcher', '区派单员', 'District dispatcher'),
                 ('district', 'ordinary', 'supervisor', '区督导员', 'District supervisor'),
                 ('district', 'ordinary', 'administrator', '区管理员', 'District administrator'))
         w (level, kind, post, word, word_en) USING (level, kind);

-- ---------------------------------------------------------------- files

-- Parents come before their children.
\set areas_file :out '/areas.geojson'
\o :areas_file
SELECT '{"type":"FeatureCollection","features":[' || E'\n' || string_agg(feature, E',\n' ORDER BY depth, code) || ']}'
FROM (SELECT array_position(ARRAY['district', 'street', 'community', 'grid', 'micro'], level) AS depth, code,
             jsonb_build_object('type', 'Feature',
                 'properties', jsonb_strip_nulls(jsonb_build_object(
                     'code', code, 'layer', 'grid', 'level', level, 'kind', kind, 'parent', parent, 'name', name,
                     'name_en', name_en, 'matters', nullif(matters, ''), 'addresses', nullif(addresses, ''),
                     'valid_from', '2025-01-01T00:00:00+08:00')),
                 'geometry', ST_AsGeoJSON(pg_temp.globe(g), 9)::jsonb)::text AS feature
      FROM areas_out) features;
\o

\copy (SELECT code, name, name_en, kind, aliases, road, number, management, area, round(ST_Y(pg_temp.globe(g))::numeric, 6) AS lat, round(ST_X(pg_temp.globe(g))::numeric, 6) AS lon FROM places_out ORDER BY code) TO PROGRAM 'cat > "$WANGGE_CUT/places.csv"' CSV HEADER
\copy (SELECT code, name, name_en, tags, email, '' AS phone, posts FROM staff_out ORDER BY length(split_part(code, '-', 1)), code) TO PROGRAM 'cat > "$WANGGE_CUT/staff.csv"' CSV HEADER
ROLLBACK;
