-- The links to a case and its tasks, newest first; or one of them. $1 case or null, $2 else the link, $3 what the caller
-- may see, as may_see wants it (null: it is their own link). Columns: id, staff code, name, name_en, case, task, purpose,
-- made_by, created_at, until, used_at, revoked_at, area of the case. Tables: reads links, staff, cases, tasks, posts,
-- duty, areas. Locks: none.
SELECT l.id, s.code, s.name, s.name_en, l.case_id, l.task, l.purpose, l.made_by, l.created_at, l.until, l.used_at,
    l.revoked_at, c.area
FROM links l
JOIN staff s ON s.id = l.staff_id
LEFT JOIN cases c ON c.id = l.case_id
WHERE (l.case_id = $1::bigint OR l.id = $2::bigint) AND ($3::text IS NULL OR may_see(c, $3::text::jsonb))
ORDER BY l.id DESC
LIMIT 500
