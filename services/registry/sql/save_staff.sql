-- Makes or changes a member of staff; contacts come sealed, and are replaced whole. A new one may come with posts.
-- Who acts for a party
-- reads its cases all over the city: into one whose area is outside the caller's, or which has none, only who
-- administers the whole city puts somebody. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may
-- change things, $6 what was given (JSON), $7 whether it is new, $8 the version that the caller has seen.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes staff, posts, audit, registry_version (staff, keys); reads parties, areas. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT s.id, s.xmin::text AS version, jsonb_build_object('name', s.name, 'name_en', s.name_en,
        'tags', to_jsonb(s.tags), 'party', (SELECT p.code FROM parties p WHERE p.id = s.party_id)) AS row
    FROM staff s
    WHERE s.code = $1::text AND (s.left_at IS NULL OR s.left_at > $2::timestamptz)
    FOR UPDATE
), fresh AS MATERIALIZED (
    SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row
), held AS MATERIALIZED (
    SELECT a.code
    FROM was JOIN posts p ON p.staff_id = was.id AND (p.valid_to IS NULL OR p.valid_to > $2::timestamptz)
    JOIN areas a ON a.id = p.area_id
    UNION ALL
    SELECT h ->> 'area' FROM fresh CROSS JOIN LATERAL jsonb_array_elements(fresh.row -> 'posts') h WHERE $7::boolean
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text WHERE $7::boolean AND EXISTS (SELECT FROM staff WHERE code = $1::text)
    UNION ALL
    SELECT 'outside', '', '' WHERE NOT EXISTS (SELECT FROM unnest($4::text[]) low WHERE low = '')
        AND (NOT EXISTS (SELECT FROM held) OR EXISTS (SELECT FROM held
            WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
                WHERE held.code >= r.low COLLATE "C" AND held.code < r.high COLLATE "C")))
    UNION ALL
    SELECT 'outside', '', ''
    FROM fresh
    JOIN parties p ON p.code = fresh.row ->> 'party'
    LEFT JOIN areas a ON a.id = p.area_id
    WHERE p.code IS DISTINCT FROM (SELECT row ->> 'party' FROM was) AND NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(a.code, '') >= r.low COLLATE "C" AND coalesce(a.code, '') < r.high COLLATE "C")
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'party-unknown', 'party', fresh.row ->> 'party'
    FROM fresh
    WHERE fresh.row ->> 'party' IS NOT NULL AND NOT EXISTS (SELECT FROM parties p
        WHERE p.code = fresh.row ->> 'party' AND (p.retired_at IS NULL OR p.retired_at > $2::timestamptz))
    UNION ALL
    SELECT 'area-unknown', 'posts', h ->> 'area'
    FROM fresh CROSS JOIN LATERAL jsonb_array_elements(fresh.row -> 'posts') h
    WHERE NOT EXISTS (SELECT FROM areas a
        WHERE a.code = h ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz))
    UNION ALL
    SELECT 'value', 'posts', '' FROM fresh WHERE NOT $7::boolean AND fresh.row ? 'posts'
), made AS (
    INSERT INTO staff AS s (code, name, name_en, tags, contact_sealed, has_email, party_id)
    SELECT $1::text, fresh.row ->> 'name', coalesce(fresh.row ->> 'name_en', fresh.row ->> 'name'),
        ARRAY (SELECT jsonb_array_elements_text(fresh.row -> 'tags')), decode(fresh.row ->> 'contact', 'hex'),
        coalesce((fresh.row ->> 'has_email')::boolean, false), (SELECT p.id FROM parties p WHERE p.code = fresh.row ->> 'party')
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET name = excluded.name, name_en = excluded.name_en, tags = excluded.tags, party_id = excluded.party_id,
        contact_sealed = CASE WHEN (SELECT row ? 'has_email' FROM fresh) THEN excluded.contact_sealed ELSE s.contact_sealed END,
        has_email = CASE WHEN (SELECT row ? 'has_email' FROM fresh) THEN excluded.has_email ELSE s.has_email END
    WHERE NOT $7::boolean
    RETURNING s.id
), posted AS (
    INSERT INTO posts (staff_id, post, area_id, valid_from)
    SELECT made.id, h ->> 'post', (SELECT a.id FROM areas a
            WHERE a.code = h ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1), $2::timestamptz
    FROM made CROSS JOIN fresh CROSS JOIN LATERAL jsonb_array_elements(fresh.row -> 'posts') h
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'staff.made' ELSE 'staff.changed' END,
        'staff:' || $1::text, jsonb_build_object('before', (SELECT row FROM was),
            'after', fresh.row - '{contact,has_email,email,phone,code}'::text[], 'contact', fresh.row ? 'has_email')
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind IN ('staff', 'keys') AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
