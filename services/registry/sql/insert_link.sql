-- Makes a one-task link, if its person is there and may have the case, and writes that down. $1 hash, $2 staff code, $3 case, $4 task (0: the
-- case), $5 purpose, $6 requests a second, $7 actor, $8 now, $9 until. Columns (one row): id or null, the person is
-- there. Tables: writes links, audit; reads staff, cases, posts, duty, areas. Locks: none.
WITH person AS (
    SELECT s.id, (SELECT may_have(c, s.id, $8::timestamptz) FROM cases c WHERE c.id = $3::bigint) AS fit
    FROM staff s WHERE s.code = $2::text AND (s.left_at IS NULL OR s.left_at > $8::timestamptz)
), made AS (
    INSERT INTO links (hash, staff_id, case_id, task, purpose, rate, made_by, created_at, until)
    SELECT $1::bytea, s.id, $3::bigint, $4::int, $5::text, $6::int, $7::text, $8::timestamptz, $9::timestamptz
    FROM person s WHERE s.fit
    RETURNING id, staff_id
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $8::timestamptz, 'registry', $7::text, 'link.made', 'link:' || id, jsonb_build_object('staff', staff_id::text,
        'case', $3::bigint::text, 'task', $4::int, 'until', $9::timestamptz)
    FROM made
)
SELECT (SELECT id FROM made), EXISTS (SELECT FROM person)
