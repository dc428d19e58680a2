-- A new version of a calendar, from now on; the former ones stay, since old deadlines name them.
-- $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change things, $6 what was given
-- (JSON), $7 whether it is new, $8 the version that the caller has seen. It is never new here:
-- $7 is false.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes calendars, audit, registry_version (calendars). Locks: none.
WITH was AS MATERIALIZED (
    SELECT c.version::text AS version, c.definition AS row
    FROM calendars c
    WHERE c.code = $1::text
    ORDER BY c.version DESC
    LIMIT 1
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'outside', '', '' WHERE cardinality($4::text[]) + cardinality($5::text[]) = 0
), made AS (
    INSERT INTO calendars (code, version, definition, valid_from)
    SELECT $1::text, was.version::int + 1, $6::text::jsonb -> 'definition', $2::timestamptz
    FROM was
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT DO NOTHING
    RETURNING version
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'calendar.changed', 'calendar:' || $1::text,
        jsonb_build_object('before', (SELECT row FROM was), 'after', $6::text::jsonb -> 'definition')
    FROM made
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'calendars' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, made.version::text FROM made
