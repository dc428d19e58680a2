-- What of a case's history its reporters may see: the states that it went through, and what they are told meanwhile.
-- $1 int8 report
-- Columns: type, at, state, data->'passed' as text (the states of the automatic walk), what was given
--   with the action, or with that which it grants, as text; which of it they may see is the workflow's to say
-- Tables: case_reports, events (read) · Locks: none
SELECT e.type, e.at, e.state, (e.data->'passed')::text AS passed, coalesce(e.data->'asked', e.data->'input')::text AS input
FROM case_reports l JOIN events e ON e.case_id = l.case_id
WHERE l.report_id = $1::bigint AND (e.deciding OR e.data->'input' IS NOT NULL)
ORDER BY e.n
