-- The whole history of these cases, as far as rates look at it; case by case, oldest first.
-- $1 int8[] cases
-- Columns: as enum store_rate in store.h; an opening that ended its case is what ended it
-- Tables: events, cases, reports, reporters, forgotten (read) · Locks: none
SELECT e.case_id, coalesce(e.data ->> 'ended', e.type), e.at, e.state, e.area, e.category, e.party, e.data ->> 'clock' AS clock,
    (e.data ->> 'mark')::int AS mark, (e.data -> 'passed')::text AS passed, (e.data -> 'input')::text AS input,
    e.training, c.restricted,
    (SELECT p.backfilled FROM reports p WHERE p.id = e.case_id) AS backfilled,
    EXISTS (SELECT FROM reporters r WHERE r.report_id = e.case_id)
        OR EXISTS (SELECT FROM forgotten f WHERE f.report_id = e.case_id) AS reporter
FROM unnest($1::bigint[]) AS i (id) JOIN cases c ON c.id = i.id JOIN events e ON e.case_id = i.id
ORDER BY e.case_id, e.n
