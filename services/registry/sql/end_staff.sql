-- A member of staff leaves office: posts and duty end, keys are revoked, the account is off; a successor takes over
-- posts and duty to come. History keeps the name. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the
-- caller may change things, $6 at, successor (JSON). Columns: of each fault its name, field and detail; when done null,
-- null, null, code, version. Tables: writes staff, posts, duty, api_keys, audit, registry_version (staff, duty, keys);
-- reads areas. Locks: those rows.
WITH given AS MATERIALIZED (
    SELECT coalesce(($6::text::jsonb ->> 'at')::timestamptz, $2::timestamptz) AS at, $6::text::jsonb ->> 'successor' AS successor
), who AS MATERIALIZED (
    SELECT id FROM staff WHERE code = $1::text AND left_at IS NULL FOR UPDATE
), heir AS MATERIALIZED (
    SELECT s.id FROM staff s JOIN given ON s.code = given.successor COLLATE "C" WHERE s.left_at IS NULL
), held AS MATERIALIZED (
    SELECT p.post, p.area_id, a.code, p.valid_from
    FROM who
    JOIN posts p ON p.staff_id = who.id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
    JOIN areas a ON a.id = p.area_id
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT EXISTS (SELECT FROM who)
    UNION ALL
    SELECT 'outside', '', '' FROM who WHERE NOT EXISTS (SELECT FROM unnest($4::text[]) low WHERE low = '')
        AND (NOT EXISTS (SELECT FROM held) OR EXISTS (SELECT FROM held
            WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
                WHERE held.code >= r.low COLLATE "C" AND held.code < r.high COLLATE "C")))
    UNION ALL
    SELECT 'time-future', 'at', at::text FROM given WHERE at > $2::timestamptz
    UNION ALL
    SELECT 'staff-unknown', 'successor', successor FROM given WHERE successor IS NOT NULL AND NOT EXISTS (SELECT FROM heir)
    UNION ALL
    SELECT 'successor-self', 'successor', successor FROM given WHERE successor = $1::text
), gone AS (
    UPDATE staff s
    SET left_at = given.at, successor_id = (SELECT id FROM heir)
    FROM who CROSS JOIN given
    WHERE s.id = who.id AND NOT EXISTS (SELECT FROM faults)
    RETURNING s.id, s.left_at
), ended AS (
    UPDATE posts p
    SET valid_to = gone.left_at, valid_from = least(p.valid_from, gone.left_at)
    FROM gone
    WHERE p.staff_id = gone.id AND (p.valid_to IS NULL OR p.valid_to > gone.left_at)
), inherited AS (
    INSERT INTO posts AS p (staff_id, post, area_id, valid_from)
    SELECT heir.id, held.post, held.area_id, gone.left_at FROM gone CROSS JOIN heir CROSS JOIN held
    ON CONFLICT (staff_id, post, area_id) DO UPDATE SET valid_to = NULL
), handed AS (
    UPDATE duty d
    SET staff_id = heir.id
    FROM gone CROSS JOIN heir
    WHERE d.staff_id = gone.id AND d.starts_at >= gone.left_at AND d.kind <> 'leave'
), stopped AS (
    UPDATE duty d
    SET ends_at = gone.left_at
    FROM gone
    WHERE d.staff_id = gone.id AND d.starts_at < gone.left_at AND d.ends_at > gone.left_at
), dropped AS (
    DELETE FROM duty d
    USING gone
    WHERE d.staff_id = gone.id AND d.starts_at >= gone.left_at AND (d.kind = 'leave' OR NOT EXISTS (SELECT FROM heir))
), silenced AS (
    UPDATE api_keys k SET revoked_at = $2::timestamptz FROM gone WHERE k.staff_id = gone.id AND k.revoked_at IS NULL
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'staff.left', 'staff:' || $1::text,
        jsonb_build_object('at', gone.left_at, 'successor', given.successor,
            'posts', (SELECT coalesce(jsonb_agg(held.post || '@' || held.code), '[]') FROM held))
    FROM gone CROSS JOIN given
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind IN ('staff', 'duty', 'keys') AND EXISTS (SELECT FROM gone)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM gone
