-- Takes a row off the roster: one that runs ends now, one that has not begun goes, one that is over stays. $1 code, $2
-- now, $3 actor, $4, $5 low and high codes of where the caller may arrange. Columns: of a fault its name, field and
-- detail; when done null, null, null, code, version. Tables: writes duty, audit, registry_version (duty); reads areas,
-- staff. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT d.id, d.starts_at, d.ends_at, a.code AS area, jsonb_build_object('area', a.code, 'post', d.post, 'staff', s.code,
        'kind', d.kind, 'starts_at', d.starts_at, 'ends_at', d.ends_at) AS row
    FROM duty d
    JOIN areas a ON a.id = d.area_id
    JOIN staff s ON s.id = d.staff_id
    WHERE d.code = $1::text
    FOR UPDATE OF d
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'outside', '', '' FROM was WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE was.area >= r.low COLLATE "C" AND was.area < r.high COLLATE "C")
), ended AS (
    UPDATE duty d
    SET ends_at = $2::timestamptz
    FROM was
    WHERE d.id = was.id AND was.starts_at < $2::timestamptz AND was.ends_at > $2::timestamptz AND NOT EXISTS (SELECT FROM faults)
    RETURNING d.code
), dropped AS (
    DELETE FROM duty d
    USING was
    WHERE d.id = was.id AND was.starts_at >= $2::timestamptz AND NOT EXISTS (SELECT FROM faults)
    RETURNING d.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'duty.ended', 'duty:' || $1::text, jsonb_build_object('before', was.row)
    FROM was
    WHERE EXISTS (SELECT FROM ended) OR EXISTS (SELECT FROM dropped)
), raised AS (
    UPDATE registry_version SET version = version + 1
    WHERE kind = 'duty' AND (EXISTS (SELECT FROM ended) OR EXISTS (SELECT FROM dropped))
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, NULL WHERE NOT EXISTS (SELECT FROM faults)
