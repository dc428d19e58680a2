-- Cases of a workflow with all that was done to them, a slice at a time. $1 after this case, $2 workflow's name,
-- $3 opened since, $4 how many cases.
-- Columns: case, n, at, actor, data (json text), opened_at, born area, there is a reporter, who entered it, from another
-- system, its due_at and return_by, entered later, how many said it, by which system or channel, dealt
-- with on the spot.
-- Tables read: cases, workflows, events, reports, reporters, case_reports. Locks: none.
SELECT c.id, e.n, e.at, e.actor, e.data::text, c.opened_at, c.born_area_id, p.report_id IS NOT NULL, r.entered_by,
    r.source_system IS NOT NULL, r.source_due_at, r.source_return_by,
    coalesce(r.backfilled, false),
    1 + (SELECT count(*) FROM case_reports j WHERE j.case_id = c.id AND j.case_id <> j.report_id),
    coalesce(r.source_system, r.channel), r.handled IS NOT NULL
FROM (SELECT k.* FROM cases k JOIN workflows w ON w.id = k.workflow
        WHERE k.id > $1::bigint AND w.name = $2::text AND k.opened_at >= $3::timestamptz AND NOT k.training
        ORDER BY k.id LIMIT $4::int4) AS c
    JOIN events e ON e.case_id = c.id
    LEFT JOIN reports r ON r.id = c.id LEFT JOIN reporters p ON p.report_id = c.id
ORDER BY c.id, e.n
