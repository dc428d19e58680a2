-- The reports that a case answers, oldest first.
-- $1 int8 case
-- Columns: id, received_at, occurred_at, text, channel, address, on_behalf, source system, source id, what was done on
-- the spot, entered later
-- Tables: case_reports, reports (read) · Locks: none
SELECT p.id, p.received_at, p.occurred_at, p.text, p.channel, p.address, p.on_behalf, p.source_system, p.source_id,
    p.handled, p.backfilled
FROM case_reports l JOIN reports p ON p.id = l.report_id
WHERE (l.report_id = $1::bigint AND l.case_id = $1) OR (l.case_id = $1 AND l.case_id <> l.report_id)
ORDER BY p.id
