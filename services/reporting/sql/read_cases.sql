-- Everything that a list or a page shows of these cases, in the order of the ids. The names are looked up row by row,
-- since no estimate of the planner's may turn them into scans.
-- $1 int8[] ids; $2 bool names in English; $3 text what the caller may see (null: it is known that they may);
-- $4 text what veils texts, as veiled wants it
-- Columns: as enum store_case in store.h
-- Tables: cases, tasks, reports, areas, categories, staff, parties (read) · Locks: none
SELECT c.id, (SELECT p.received_at FROM reports p WHERE p.id = c.id) AS received_at,
    c.version, c.decided, c.workflow, veiled(c, $4::text::jsonb, c.title) AS title, c.state, c.level, c.grade, c.area_id, c.area,
    (SELECT CASE WHEN $2::boolean THEN a.name_en ELSE a.name END FROM areas a WHERE a.id = c.area_id) AS area_name,
    c.born_area_id,
    (SELECT a.code FROM areas a WHERE a.id = c.born_area_id) AS born_area,
    (SELECT CASE WHEN $2 THEN a.name_en ELSE a.name END FROM areas a WHERE a.id = c.born_area_id) AS born_area_name,
    c.category,
    (SELECT CASE WHEN $2 THEN g.name_en ELSE g.name END FROM categories g WHERE g.code = c.category) AS category_name,
    (SELECT s.code FROM staff s WHERE s.id = c.holder) AS holder,
    (SELECT CASE WHEN $2 THEN s.name_en ELSE s.name END FROM staff s WHERE s.id = c.holder) AS holder_name,
    (SELECT y.code FROM parties y WHERE y.id = c.party) AS party,
    (SELECT CASE WHEN $2 THEN y.name_en ELSE y.name END FROM parties y WHERE y.id = c.party) AS party_name,
    c.reason, c.outcome, c.lat, c.lon, c.training, c.restricted, c.opened_at, c.due_at,
    c.clocks::text, c.more::text, $3::text::jsonb IS NULL OR may_see(c, $3::text::jsonb) AS seen,
    is_veiled(c, $4::text::jsonb) AS redacted
FROM unnest($1::bigint[]) WITH ORDINALITY AS i (id, nth)
JOIN cases c ON c.id = i.id
ORDER BY i.nth
