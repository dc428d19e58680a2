-- A case's history up to a number, oldest first.
-- $1 int8 case; $2 bool names in English
-- Columns: n, type, at, deciding, actor's code, actor's name, state, data as text
-- Tables: events, staff (read) · Locks: none
SELECT e.n, e.type, e.at, e.deciding,
    (SELECT s.code FROM staff s WHERE s.id = e.actor) AS actor,
    (SELECT CASE WHEN $2::boolean THEN s.name_en ELSE s.name END FROM staff s WHERE s.id = e.actor) AS actor_name,
    e.state, e.data::text
FROM events e WHERE e.case_id = $1::bigint
ORDER BY e.n
