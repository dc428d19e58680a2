-- One report and where it stands.
-- $1 int8 report; $2 bool names in English; $3 text what a member of staff may see (null: the reporter asks);
-- $4 text what veils texts, as veiled wants it
-- Columns: as enum store_report in store.h; those of the case are null before triage, and once it is merged its master's,
--   as far as staff may see that; parts: whoever reported reads the words of those that came of their own report
-- Tables: reports, case_reports, cases, tasks, areas, categories, looks, forgotten (read) · Locks: none
SELECT p.received_at, veiled(o, $4::text::jsonb, p.text) AS text, p.area AS given_area, o.id, c.workflow, c.state, c.due_at, c.restricted OR o.restricted AS restricted,
    $3::text::jsonb IS NULL OR CASE WHEN o.id IS NOT NULL THEN may_see(o, $3::text::jsonb) ELSE
        -- not taken up yet: as the case that it will be, and for whoever wrote it down
        p.about IS NULL AND (NOT EXISTS (SELECT FROM categories g WHERE g.code = p.category AND g.restricted)
            OR coalesce(p.entered_by = ($3::text::jsonb ->> 'staff')::bigint, false)
            OR may_see(jsonb_populate_record(NULL::cases, jsonb_build_object(
                'id', p.id, 'area', coalesce(p.area, ''), 'restricted', true)), $3::text::jsonb)) END AS seen,
    (SELECT f.received_at FROM reports f WHERE f.id = o.id) AS first_received_at,
    c.area,
    (SELECT CASE WHEN $2::boolean THEN a.name_en ELSE a.name END FROM areas a WHERE a.id = c.area_id) AS area_name,
    c.category,
    (SELECT CASE WHEN $2 THEN g.name_en ELSE g.name END FROM categories g WHERE g.code = c.category) AS category_name,
    (SELECT json_agg(json_build_object('at', (extract(epoch FROM k.at) * 1000000)::bigint, 'post', k.post, 'field', k.field,
        'reason', k.reason) ORDER BY k.id) FROM looks k WHERE k.report_id = p.id)::text AS looks,
    (SELECT f.at FROM forgotten f WHERE f.report_id = p.id) AS forgotten_at,
    c.more::text, c.clocks::text, o.master IS NOT NULL AS merged,
    (SELECT json_agg(json_build_object('text', CASE WHEN $3::text::jsonb IS NOT NULL OR q.parent = p.id THEN veiled(d, $4::text::jsonb, q.text) END, 'workflow', d.workflow, 'state', d.state, 'restricted', d.restricted,
        'seen', $3::text::jsonb IS NULL OR d.id IS NOT NULL AND may_see(d, $3::text::jsonb)) ORDER BY q.id)
        FROM reports q LEFT JOIN cases d ON d.id = q.id WHERE q.parent = c.id)::text AS parts,
    is_veiled(o, $4::text::jsonb) AS redacted,
    CASE WHEN m.id IS NOT NULL THEN o.clocks::text END AS own_clocks, o.workflow AS own_workflow
FROM reports p
LEFT JOIN case_reports l ON l.report_id = p.id
LEFT JOIN cases o ON o.id = l.case_id
LEFT JOIN cases m ON m.id = o.master AND ($3::text::jsonb IS NULL OR may_see(m, $3::text::jsonb))
LEFT JOIN cases c ON c.id = coalesce(m.id, o.id)
WHERE p.id = $1::bigint
