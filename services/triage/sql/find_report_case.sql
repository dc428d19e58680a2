-- The case that a report's words became; that into which it was merged, where it was. $1 report. Columns: case id.
-- Tables read: case_reports, cases. Locks: none.
SELECT coalesce(c.master, c.id) FROM case_reports r JOIN cases c ON c.id = r.case_id WHERE r.report_id = $1::bigint
