-- Who reported, sealed, and whose case it is now. $1 report, $2 what the caller may see, as may_see wants it.
-- Columns: as enum store_reporter_columns; no row: there is none, or not for them. Tables: reads reports, reporters,
-- case_reports, cases, tasks, categories. Locks: none.
SELECT p.received_at, c.id, c.area, c.holder, g.restricted_kind, r.sealed, r.consent,
    c.about IS NOT NULL OR c.shield IS NOT NULL
FROM reports p
JOIN case_reports l ON l.report_id = p.id
JOIN cases c ON c.id = l.case_id
LEFT JOIN categories g ON g.code = c.category
LEFT JOIN reporters r ON r.report_id = p.id
WHERE p.id = $1::bigint AND may_see(c, $2::text::jsonb)
