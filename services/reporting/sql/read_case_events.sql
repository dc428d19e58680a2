-- A case's history up to a number, oldest first.
-- $1 int8 case; $2 bool names in English; $3 text what veils texts, as is_veiled wants it: then nothing that was given
--   with an action is among the data
-- Columns: n, type, at, deciding, actor's code, actor's name, state, data as text
-- Tables: events, cases, staff (read) · Locks: none
SELECT e.n, e.type, e.at, e.deciding,
    (SELECT s.code FROM staff s WHERE s.id = e.actor) AS actor,
    (SELECT CASE WHEN $2::boolean THEN s.name_en ELSE s.name END FROM staff s WHERE s.id = e.actor) AS actor_name,
    e.state,
    CASE WHEN is_veiled(c, $3::text::jsonb) THEN (e.data::jsonb - '{input,asked,facts}'::text[])::text ELSE e.data::text END AS data
FROM events e JOIN cases c ON c.id = e.case_id WHERE e.case_id = $1::bigint
ORDER BY e.n
