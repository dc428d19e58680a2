-- Somebody takes leave from all of their posts, and a stand-in covers each: the one named, or the colleague with the same
-- post in the same area, or one with any post there; where a roster covers it already, or nobody is found, no stand-in is
-- written. For an administrator or a supervisor only who is one in the same area stands in, named or not. $1 staff id, $2 now, $3 actor, $4 from, $5 until, $6 code of the stand-in or null. Columns: of each fault its
-- name, field and detail; when done a row for each post: null, null, null, code of the row, area, post, stand-in's code
-- or null. Tables: writes duty, audit, registry_version (duty); reads staff, posts, areas. Locks: the member of staff.
WITH me AS MATERIALIZED (
    SELECT id, code FROM staff WHERE id = $1::bigint AND left_at IS NULL FOR UPDATE
), mine AS MATERIALIZED (
    SELECT me.id, me.code, p.post, p.area_id, a.code AS area, a.parent_id, p.post IN ('administrator', 'supervisor') AS reserved,
        'leave-' || me.code || '-' || p.post || '-' || a.code || '-' || extract(epoch FROM $4::timestamptz)::bigint AS row_code
    FROM me
    JOIN posts p ON p.staff_id = me.id AND p.valid_from <= $5::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $4::timestamptz)
    JOIN areas a ON a.id = p.area_id
), named AS MATERIALIZED (
    SELECT s.id, s.code FROM staff s WHERE s.code = $6::text AND s.left_at IS NULL
), chosen AS MATERIALIZED (
    SELECT mine.row_code, coalesce(named.id, colleague.id) AS id
    FROM mine
    LEFT JOIN named ON NOT mine.reserved OR EXISTS (SELECT FROM posts p WHERE p.staff_id = named.id AND p.post = mine.post
        AND p.area_id = mine.area_id AND p.valid_from <= $4::timestamptz AND (p.valid_to IS NULL OR p.valid_to >= $5::timestamptz))
    LEFT JOIN LATERAL (
        SELECT s.id
        FROM posts p
        JOIN staff s ON s.id = p.staff_id AND s.left_at IS NULL
        WHERE p.area_id = mine.area_id AND p.staff_id <> mine.id AND p.valid_from <= $4::timestamptz
            AND (p.post = mine.post OR NOT mine.reserved)
            AND (p.valid_to IS NULL OR p.valid_to >= $5::timestamptz)
            AND NOT EXISTS (SELECT FROM duty d WHERE d.staff_id = p.staff_id AND d.kind = 'leave'
                AND d.starts_at < $5::timestamptz AND d.ends_at > $4::timestamptz)
        ORDER BY p.post <> mine.post, s.id
        LIMIT 1) colleague ON $6::text IS NULL
    WHERE NOT EXISTS (SELECT FROM duty d WHERE d.area_id = mine.area_id AND d.post = mine.post AND d.kind <> 'leave'
        AND d.starts_at < $5::timestamptz AND d.ends_at > $4::timestamptz)
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, '' AS detail WHERE NOT EXISTS (SELECT FROM mine)
    UNION ALL
    SELECT 'staff-unknown', 'stand_in', $6::text WHERE $6::text IS NOT NULL AND NOT EXISTS (SELECT FROM named)
    UNION ALL
    SELECT 'successor-self', 'stand_in', $6::text WHERE EXISTS (SELECT FROM named JOIN me ON me.id = named.id)
    UNION ALL
    SELECT 'staff-outside', 'stand_in', $6::text -- of the same street, where there is one
    FROM named
    WHERE NOT EXISTS (SELECT FROM posts p JOIN areas a ON a.id = p.area_id JOIN mine ON left(a.code, 9) = left(mine.area, 9)
        WHERE p.staff_id = named.id AND (p.valid_to IS NULL OR p.valid_to > $4::timestamptz))
    UNION ALL
    SELECT 'overlap', 'from', d.code
    FROM mine
    JOIN duty d ON d.staff_id = mine.id AND d.kind = 'leave' AND d.area_id = mine.area_id AND d.post = mine.post
        AND d.starts_at < $5::timestamptz AND d.ends_at > $4::timestamptz
), gone AS (
    INSERT INTO duty (code, area_id, post, staff_id, kind, starts_at, ends_at)
    SELECT row_code, area_id, post, id, 'leave', $4::timestamptz, $5::timestamptz
    FROM mine
    WHERE NOT EXISTS (SELECT FROM faults)
    RETURNING code
), covered AS (
    INSERT INTO duty (code, area_id, post, staff_id, kind, starts_at, ends_at)
    SELECT gone.code || '-standin', mine.area_id, mine.post, chosen.id, 'stand-in', $4::timestamptz, $5::timestamptz
    FROM gone
    JOIN mine ON mine.row_code = gone.code
    JOIN chosen ON chosen.row_code = gone.code AND chosen.id IS NOT NULL
    RETURNING code, staff_id
), told AS MATERIALIZED (
    SELECT gone.code, mine.area, mine.post, (SELECT s.code FROM covered JOIN staff s ON s.id = covered.staff_id
        WHERE covered.code = gone.code || '-standin') AS stand_in
    FROM gone
    JOIN mine ON mine.row_code = gone.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'leave.taken', 'staff:' || me.code, jsonb_build_object('from', $4::timestamptz,
        'until', $5::timestamptz, 'posts', (SELECT jsonb_agg(to_jsonb(told)) FROM told))
    FROM me
    WHERE EXISTS (SELECT FROM gone)
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'duty' AND EXISTS (SELECT FROM gone)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS area, NULL::text AS post, NULL::text AS stand_in FROM faults
UNION ALL
SELECT NULL, NULL, NULL, code, area, post, stand_in FROM told
