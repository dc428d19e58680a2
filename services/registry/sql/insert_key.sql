-- Makes a key, if whom it names exists and the system has none in force, and writes that down. $1 hash, $2 name, $3
-- administrator, $4 code of staff or null, $5 system or null, $6 code of an area or null, $7 rate or null, $8 now, $9
-- actor. Columns (one row): id of the key or null, staff's id, area's id, whether the system has a key. Tables:
-- writes api_keys, audit, registry_version (keys); reads staff, areas. Locks: the row of registry_version.
WITH named AS (
    SELECT (SELECT id FROM staff WHERE code = $4::text AND left_at IS NULL) AS staff_id,
        (SELECT id FROM areas WHERE code = $6::text AND (valid_to IS NULL OR valid_to > $8::timestamptz)
            ORDER BY layer <> 'grid', id LIMIT 1) AS area_id,
        EXISTS (SELECT FROM api_keys WHERE system = $5::text AND revoked_at IS NULL) AS taken
), made AS (
    INSERT INTO api_keys (hash, name, administrator, staff_id, system, area_id, rate, created_at)
    SELECT $1::bytea, $2::text, $3::boolean, n.staff_id, $5::text, n.area_id, $7::int, $8::timestamptz
    FROM named n
    WHERE ($4::text IS NULL OR n.staff_id IS NOT NULL) AND ($6::text IS NULL OR n.area_id IS NOT NULL) AND NOT n.taken
    ON CONFLICT DO NOTHING
    RETURNING id, name
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $8::timestamptz, 'registry', $9::text, 'key.made', 'key:' || m.id,
        jsonb_strip_nulls(jsonb_build_object('name', m.name, 'administrator', $3::boolean, 'staff', $4::text,
            'system', $5::text, 'area', $6::text, 'rate', $7::int))
    FROM made m
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'keys' AND EXISTS (SELECT FROM made)
)
SELECT made.id, named.staff_id, named.area_id, named.taken FROM named LEFT JOIN made ON true
