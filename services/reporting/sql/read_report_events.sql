-- What of a case's history its reporters may see: the states that it went through, and what they were told. After it
-- was merged, its master's states follow, without what others said or were told, as far as staff may see the master.
-- $1 int8 report; $2 text what a member of staff may see (null: the reporter asks);
-- $3 text what veils texts, as is_veiled wants it
-- Columns: type, at, state, data->'passed' as text (the states of the automatic walk), data->'input': what was given
--   with the action, or with that which it grants, as text; which of it they may see is the workflow's to say; deciding; workflow
-- Tables: case_reports, cases, events, tasks (read) · Locks: none
SELECT e.type, e.at, e.state, (e.data -> 'passed')::text AS passed, CASE WHEN NOT is_veiled(c, $3::text::jsonb) THEN coalesce(e.data -> 'asked', e.data -> 'input') END::text AS input, e.deciding,
    c.workflow, 0 AS later, e.n
FROM case_reports l JOIN cases c ON c.id = l.case_id JOIN events e ON e.case_id = c.id
WHERE l.report_id = $1::bigint
UNION ALL
SELECT e.type, e.at, e.state, NULL, NULL, true, m.workflow, 1, e.n
FROM case_reports l JOIN cases c ON c.id = l.case_id JOIN cases m ON m.id = c.master AND ($2::text::jsonb IS NULL OR may_see(m, $2::text::jsonb))
JOIN events e ON e.case_id = m.id
WHERE l.report_id = $1 AND e.deciding
    AND e.at > (SELECT max(o.at) FROM events o WHERE o.case_id = c.id AND o.deciding)
ORDER BY later, n
