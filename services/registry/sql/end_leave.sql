-- Somebody is back: their leave ends now, with the stand-ins that came with it; leave that has not begun goes. $1 staff
-- id, $2 now, $3 actor. Columns (one row): how many rows ended. Tables: writes duty, audit, registry_version (duty);
-- reads staff. Locks: those rows.
WITH mine AS MATERIALIZED (
    SELECT d.code FROM duty d WHERE d.staff_id = $1::bigint AND d.kind = 'leave' AND d.ends_at > $2::timestamptz FOR UPDATE
), concerned AS MATERIALIZED (
    SELECT d.id, d.starts_at
    FROM duty d
    WHERE d.ends_at > $2::timestamptz
        AND (d.code IN (SELECT code FROM mine) OR d.code IN (SELECT code || '-standin' FROM mine))
), ended AS (
    UPDATE duty d SET ends_at = $2::timestamptz FROM concerned c WHERE d.id = c.id AND c.starts_at < $2::timestamptz RETURNING d.id
), dropped AS (
    DELETE FROM duty d USING concerned c WHERE d.id = c.id AND c.starts_at >= $2::timestamptz RETURNING d.id
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'leave.ended', 'staff:' || s.code, '{}'
    FROM staff s
    WHERE s.id = $1::bigint AND EXISTS (SELECT FROM mine)
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'duty' AND EXISTS (SELECT FROM mine)
)
SELECT (SELECT count(*) FROM ended) + (SELECT count(*) FROM dropped)
