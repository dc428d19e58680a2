-- One report and where it stands.
-- $1 int8 report; $2 bool names in English; $3 text what a member of staff may see (null: the reporter asks)
-- Columns: as enum store_report in store.h; those of the case are null before triage
-- Tables: reports, case_reports, cases, tasks, areas, categories, looks, forgotten (read) · Locks: none
SELECT p.received_at, p.text, p.area AS given_area, c.id, c.workflow, c.state, c.due_at, c.restricted,
    $3::text::jsonb IS NULL OR CASE WHEN c.id IS NULL THEN p.about IS NULL ELSE may_see(c, $3::text::jsonb) END AS seen,
    (SELECT f.received_at FROM reports f WHERE f.id = c.id) AS first_received_at,
    c.area,
    (SELECT CASE WHEN $2::boolean THEN a.name_en ELSE a.name END FROM areas a WHERE a.id = c.area_id) AS area_name,
    c.category,
    (SELECT CASE WHEN $2 THEN g.name_en ELSE g.name END FROM categories g WHERE g.code = c.category) AS category_name,
    (SELECT json_agg(json_build_object('at', (extract(epoch FROM k.at) * 1000000)::bigint, 'post', k.post, 'field', k.field,
        'reason', k.reason) ORDER BY k.id) FROM looks k WHERE k.report_id = p.id)::text AS looks,
    (SELECT f.at FROM forgotten f WHERE f.report_id = p.id) AS forgotten_at
FROM reports p
LEFT JOIN case_reports l ON l.report_id = p.id
LEFT JOIN cases c ON c.id = l.case_id
WHERE p.id = $1::bigint
