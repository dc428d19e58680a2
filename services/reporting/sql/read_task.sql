-- One task.
-- $1 int8 case, $2 int4 k; $3 text what the caller may see, as may_see wants it; $4 bool names in English;
-- $5 text what veils texts, as veiled wants it
-- Columns: as enum store_task in store.h; no row: there is none, or not for the caller
-- Tables: tasks, cases, reports, parties, staff (read) · Locks: none
SELECT t.case_id, t.k, (SELECT p.received_at FROM reports p WHERE p.id = t.case_id) AS received_at,
    veiled(c, $5::text::jsonb, c.title) AS title, c.workflow,
    (SELECT y.code FROM parties y WHERE y.id = t.party) AS party,
    (SELECT CASE WHEN $4::boolean THEN y.name_en ELSE y.name END FROM parties y WHERE y.id = t.party) AS party_name,
    (SELECT s.code FROM staff s WHERE s.id = t.staff) AS staff,
    (SELECT CASE WHEN $4 THEN s.name_en ELSE s.name END FROM staff s WHERE s.id = t.staff) AS staff_name,
    t.state, t.open, veiled(c, $5::text::jsonb, t.text) AS text, t.opened_at, c.clocks::text
FROM tasks t JOIN cases c ON c.id = t.case_id
WHERE t.case_id = $1::bigint AND t.k = $2::int AND may_see(c, $3::text::jsonb)
