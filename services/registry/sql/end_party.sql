-- Retires a party; again is harmless. History keeps its name. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may
-- change things. Columns: of a
-- fault its name, field and detail; when done null, null, null, code, version. Tables: writes parties, audit,
-- registry_version (parties); reads areas. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT t.code, (SELECT a.code FROM areas a WHERE a.id = t.area_id) AS area FROM parties t WHERE t.code = $1::text FOR UPDATE
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'outside', '', '' FROM was WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(was.area, '') >= r.low COLLATE "C" AND coalesce(was.area, '') < r.high COLLATE "C")
), ended AS (
    UPDATE parties t SET retired_at = $2::timestamptz FROM was
    WHERE t.code = $1::text AND (t.retired_at IS NULL OR t.retired_at > $2::timestamptz) AND NOT EXISTS (SELECT FROM faults)
    RETURNING t.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'party.retired', 'party:' || $1::text, '{}' FROM ended
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'parties' AND EXISTS (SELECT FROM ended)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, NULL WHERE NOT EXISTS (SELECT FROM faults)
