-- Events of a case from n on, for answers. $1 case, $2 from n, $3 how many.
-- Columns: n, type, at, actor's code, state, former state, data (json text). Tables read: events, staff. Locks: none.
SELECT e.n, e.type, e.at, s.code, e.state, e.was ->> 'state', e.data::text
FROM events e LEFT JOIN staff s ON s.id = e.actor
WHERE e.case_id = $1::bigint AND e.n >= $2::int4 ORDER BY e.n LIMIT $3::int4
