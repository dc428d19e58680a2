-- Retires a category: no new case has it, old ones keep it; again is harmless. $1 code, $2 now, $3 actor. Columns: of a
-- fault its name, field and detail; when done null, null, null, code, version. Tables: writes categories, audit,
-- registry_version (categories). Locks: the row.
WITH was AS MATERIALIZED (
    SELECT t.code FROM categories t WHERE t.code = $1::text FOR UPDATE
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM was)
), ended AS (
    UPDATE categories t SET retired_at = $2::timestamptz FROM was
    WHERE t.code = $1::text AND (t.retired_at IS NULL OR t.retired_at > $2::timestamptz) AND NOT EXISTS (SELECT FROM faults)
    RETURNING t.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'category.retired', 'category:' || $1::text, '{}' FROM ended
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'categories' AND EXISTS (SELECT FROM ended)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, NULL WHERE NOT EXISTS (SELECT FROM faults)
