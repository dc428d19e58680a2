-- A log-in was wrong: counts it against the address too (thirty within a quarter of an hour lock it for a quarter), and
-- writes it down. $1 address, $2 now, $3 staff id or null, $4 why, $5 whether it locked the person. Tables: writes
-- login_failures, audit. Locks: the address's row of login_failures.
WITH counted AS (
    INSERT INTO login_failures AS f (subject, failures, started_at, failed_at)
    VALUES (substr(sha256(convert_to('address:' || $1::text, 'UTF8')), 1, 16), 1, $2::timestamptz, $2::timestamptz)
    ON CONFLICT (subject) DO UPDATE SET
        failures = CASE WHEN f.started_at <= $2::timestamptz - interval '15 minutes' THEN 1 ELSE f.failures + 1 END,
        started_at = CASE WHEN f.started_at <= $2::timestamptz - interval '15 minutes' THEN $2::timestamptz ELSE f.started_at END,
        failed_at = $2::timestamptz,
        locked_until = CASE WHEN f.started_at > $2::timestamptz - interval '15 minutes' AND f.failures >= 29
                            THEN $2::timestamptz + interval '15 minutes' END
)
INSERT INTO audit (at, service, actor, action, object, detail)
SELECT $2::timestamptz, 'registry', 'nobody', action, coalesce('staff:' || $3::bigint, 'staff:unknown'),
    jsonb_build_object('why', $4::text, 'address', $1::text)
FROM unnest(CASE WHEN $5::boolean THEN ARRAY['session.refused', 'session.locked'] ELSE ARRAY['session.refused'] END) AS action
