-- The cases that a case was merged into, that were merged into it, that it was split from or that were split from it, as
-- far as the caller may see them; oldest first.
-- $1 int8 case; $2 text what the caller may see, as may_see wants it; $3 int4 how many; $4 text what veils
-- texts, as veiled wants it
-- Columns: relation (master: it was merged into this one; merged: the other way round; whole:
--   it is a part of this one; part: the other way round), id, received_at of its report,
--   title, workflow, state
-- Tables: cases, tasks, reports (read) · Locks: none
SELECT CASE WHEN c.master = $1::bigint THEN 'merged' WHEN p.parent = $1 THEN 'part'
        WHEN c.id = (SELECT r.parent FROM reports r WHERE r.id = $1) THEN 'whole' ELSE 'master' END AS relation, c.id,
    p.received_at, veiled(c, $4::text::jsonb, c.title) AS title, c.workflow, c.state
FROM cases c JOIN reports p ON p.id = c.id
WHERE c.id IN (SELECT m.master FROM cases m WHERE m.id = $1 UNION ALL SELECT f.id FROM cases f WHERE f.master = $1
        UNION ALL SELECT r.parent FROM reports r WHERE r.id = $1 UNION ALL SELECT r.id FROM reports r WHERE r.parent = $1)
    AND may_see(c, $2::text::jsonb)
ORDER BY c.id LIMIT $3::int
