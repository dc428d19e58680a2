-- Who is named by what a case remembers, by its chain and its tasks.
-- $1 int8 case; $2 bool names in English
-- Columns: kind (staff or party), id, code, name
-- Tables: cases, tasks, staff, parties (read) · Locks: none
WITH c AS MATERIALIZED (SELECT more FROM cases WHERE id = $1::bigint)
SELECT 'staff' AS kind, s.id, s.code, CASE WHEN $2::boolean THEN s.name_en ELSE s.name END AS name
FROM staff s
WHERE s.id IN (
    SELECT m.value::bigint FROM c, json_each_text(c.more) AS m WHERE m.value ~ '^[0-9]{1,18}$'
    UNION SELECT (l ->> 'holder')::bigint FROM c, json_array_elements(c.more -> 'chain') AS l
    UNION SELECT t.staff FROM tasks t WHERE t.case_id = $1)
UNION ALL
SELECT 'party', y.id, y.code, CASE WHEN $2 THEN y.name_en ELSE y.name END
FROM parties y
WHERE y.id IN (
    SELECT (l ->> 'party')::int FROM c, json_array_elements(c.more -> 'chain') AS l
    UNION SELECT t.party FROM tasks t WHERE t.case_id = $1)
