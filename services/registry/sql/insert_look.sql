-- Writes down that somebody looks at a reporter's name or number, before they see it. $1 report, $2 now, $3 staff, $4
-- their post, $5 field, $6 reason, $7 actor. Tables: writes looks, audit. Locks: none.
WITH looked AS (
    INSERT INTO looks (report_id, at, staff_id, post, field, reason)
    VALUES ($1::bigint, $2::timestamptz, $3::bigint, $4::text, $5::text, $6::text)
    RETURNING id
)
INSERT INTO audit (at, service, actor, action, object, detail)
SELECT $2::timestamptz, 'registry', $7::text, 'reporter.looked-at', 'report:' || $1::bigint,
    jsonb_build_object('field', $5::text, 'reason', $6::text, 'post', $4::text)
FROM looked
