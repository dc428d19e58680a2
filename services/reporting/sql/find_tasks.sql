-- Tasks of a party or of a person, newest case first.
-- $1 int4 party, or null with $2 text party code; $3 int8 staff, or null with $4 text staff code (none of the four:
-- nobody's); $5 bool whether open (null: either); $6 text what the caller may see, as may_see wants it;
-- $7 int8 case, $8 int4 k: only below; $9 int4 how many; $10 bool names in English;
-- $11 text what veils texts, as veiled wants it
-- Columns: as enum store_task in store.h
-- Tables: tasks, cases, reports, parties, staff (read) · Locks: none
WITH whose AS MATERIALIZED (
    SELECT coalesce($1::int, (SELECT y.id FROM parties y WHERE y.code = $2::text)) AS party,
        coalesce($3::bigint, (SELECT s.id FROM staff s WHERE s.code = $4::text)) AS staff
), found AS MATERIALIZED (
    SELECT t.* FROM tasks t WHERE t.party = (SELECT party FROM whose)
    UNION
    SELECT t.* FROM tasks t WHERE t.staff = (SELECT staff FROM whose)
)
SELECT t.case_id, t.k, (SELECT p.received_at FROM reports p WHERE p.id = t.case_id) AS received_at,
    veiled(c, $11::text::jsonb, c.title) AS title, c.workflow,
    (SELECT y.code FROM parties y WHERE y.id = t.party) AS party,
    (SELECT CASE WHEN $10::boolean THEN y.name_en ELSE y.name END FROM parties y WHERE y.id = t.party) AS party_name,
    (SELECT s.code FROM staff s WHERE s.id = t.staff) AS staff,
    (SELECT CASE WHEN $10 THEN s.name_en ELSE s.name END FROM staff s WHERE s.id = t.staff) AS staff_name,
    t.state, t.open, veiled(c, $11::text::jsonb, t.text) AS text, t.opened_at, c.clocks::text
FROM found t JOIN cases c ON c.id = t.case_id
WHERE (t.case_id, t.k) < ($7::bigint, $8::int) AND ($5::boolean IS NULL OR t.open = $5::boolean)
    AND may_see(c, $6::text::jsonb)
ORDER BY t.case_id DESC, t.k DESC LIMIT $9::int
