-- Deletes the names and numbers of a slice of reporters whose case has ended long enough ago, and remembers that. A merged
-- case has ended when the one has that it went to; a report that was never taken up, when it was received. $1 after this
-- report, $2 now, $3 it ended before, $4 how many to look at. Columns: the last report looked at or
-- null, how many were, how many were deleted. Tables: writes reporters, forgotten, audit; reads reports, case_reports,
-- cases, workflows, events. Locks: the rows deleted.
WITH slice AS MATERIALIZED (
    SELECT report_id FROM reporters WHERE report_id > $1::bigint ORDER BY report_id LIMIT $4::int
), over AS MATERIALIZED (
    SELECT s.report_id
    FROM slice s
    JOIN reports r ON r.id = s.report_id
    LEFT JOIN case_reports l ON l.report_id = s.report_id
    LEFT JOIN cases own ON own.id = l.case_id
    LEFT JOIN cases c ON c.id = coalesce(own.master, own.id) -- what was merged goes on with its master
    LEFT JOIN workflows w ON w.id = c.workflow
    LEFT JOIN events e ON e.case_id = c.id AND e.n = c.version
    WHERE CASE WHEN l.report_id IS NULL THEN r.received_at < $3::timestamptz
        ELSE (w.definition -> 'states' -> c.state ->> 'final')::boolean AND e.at < $3::timestamptz END
), gone AS (
    DELETE FROM reporters r USING over WHERE r.report_id = over.report_id RETURNING r.report_id
), kept AS (
    INSERT INTO forgotten (report_id, at) SELECT report_id, $2::timestamptz FROM gone ON CONFLICT DO NOTHING
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', 'system', 'reporters.forgotten', 'reports', jsonb_build_object('n', count(*))
    FROM gone
    HAVING count(*) > 0
)
SELECT (SELECT max(report_id) FROM slice), (SELECT count(*) FROM slice), (SELECT count(*) FROM gone)
