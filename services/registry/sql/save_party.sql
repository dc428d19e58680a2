-- Makes or changes a party; its contact comes sealed, and is replaced whole. One that was retired comes back when it is
-- made anew.
-- $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change things, $6 what was given
-- (JSON), $7 whether it is new, $8 the version that the caller has seen.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes parties, audit, registry_version (parties); reads areas, calendars. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT p.xmin::text AS version, jsonb_build_object('name', p.name, 'name_en', p.name_en, 'kind', p.kind,
        'area', (SELECT a.code FROM areas a WHERE a.id = p.area_id), 'calendar', p.calendar) AS row
    FROM parties p
    WHERE p.code = $1::text AND (p.retired_at IS NULL OR p.retired_at > $2::timestamptz)
    FOR UPDATE
), fresh AS MATERIALIZED (
    SELECT f.row, (SELECT a.id FROM areas a WHERE a.code = f.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1) AS area_id
    FROM (SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row) f
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'outside', '', ''
    FROM (SELECT row ->> 'area' AS code FROM was UNION ALL SELECT row ->> 'area' FROM fresh) x
    WHERE NOT EXISTS (SELECT FROM unnest($4::text[], $5::text[]) r(low, high)
        WHERE coalesce(x.code, '') >= r.low COLLATE "C" AND coalesce(x.code, '') < r.high COLLATE "C")
    UNION ALL
    SELECT 'area-unknown', 'area', row ->> 'area' FROM fresh WHERE row ->> 'area' IS NOT NULL AND area_id IS NULL
    UNION ALL
    SELECT 'calendar-unknown', 'calendar', row ->> 'calendar'
    FROM fresh
    WHERE row ->> 'calendar' IS NOT NULL AND NOT EXISTS (SELECT FROM calendars c WHERE c.code = fresh.row ->> 'calendar')
), made AS (
    INSERT INTO parties AS p (code, name, name_en, kind, area_id, contact_sealed, calendar)
    SELECT $1::text, row ->> 'name', coalesce(row ->> 'name_en', row ->> 'name'), row ->> 'kind', area_id,
        decode(row ->> 'contact', 'hex'), row ->> 'calendar'
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind, area_id = excluded.area_id,
        calendar = excluded.calendar, retired_at = NULL,
        contact_sealed = CASE WHEN (SELECT row ? 'has_email' FROM fresh) THEN excluded.contact_sealed ELSE p.contact_sealed END
    WHERE NOT $7::boolean OR p.retired_at <= $2::timestamptz
    RETURNING p.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'party.made' ELSE 'party.changed' END,
        'party:' || $1::text, jsonb_build_object('before', (SELECT row FROM was), 'after', fresh.row - '{contact,has_email,email,phone,code}'::text[])
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'parties' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
