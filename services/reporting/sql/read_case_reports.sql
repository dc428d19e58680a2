-- The reports that a case answers, oldest first.
-- $1 int8 case; $2 text what veils texts, as veiled wants it
-- Columns: id, received_at, occurred_at, text, channel, address, on_behalf, source system, source id, what was done
-- on the spot, entered later
-- Tables: case_reports, reports, cases (read) · Locks: none
SELECT p.id, p.received_at, p.occurred_at, veiled(c, $2::text::jsonb, p.text) AS text, p.channel,
    veiled(c, $2::text::jsonb, p.address) AS address, p.on_behalf, p.source_system, p.source_id,
    veiled(c, $2::text::jsonb, p.handled) AS handled, p.backfilled
FROM case_reports l JOIN reports p ON p.id = l.report_id JOIN cases c ON c.id = $1::bigint
WHERE (l.report_id = $1::bigint AND l.case_id = $1) OR (l.case_id = $1 AND l.case_id <> l.report_id)
ORDER BY p.id
