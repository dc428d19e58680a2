-- Makes or changes a category; a limit that is given replaces the one of its name; one that was retired comes back when
-- it is made anew. $1 code, $2 now, $3 actor, $4, $5 low and high codes of where the caller may change things, $6 what was given
-- (JSON), $7 whether it is new, $8 the version that the caller has seen.
-- Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes categories, audit, registry_version (categories); reads workflows. Locks: the row.
WITH was AS MATERIALIZED (
    SELECT c.xmin::text AS version, jsonb_build_object('parent', c.parent, 'name', c.name, 'name_en', c.name_en,
        'grade', c.grade, 'limits', c.limits, 'responsible', c.responsible, 'restricted', c.restricted,
        'restricted_kind', c.restricted_kind, 'workflow', c.workflow, 'kind', c.kind) AS row
    FROM categories c
    WHERE c.code = $1::text AND c.retired_at IS NULL
    FOR UPDATE
), fresh AS MATERIALIZED (
    SELECT merged.row || jsonb_build_object('limits', coalesce((SELECT row -> 'limits' FROM was), '{}')
        || coalesce($6::text::jsonb -> 'limits', '{}')) AS row -- a null takes one away
    FROM (SELECT coalesce((SELECT row FROM was), '{}') || $6::text::jsonb AS row) merged
), faults AS MATERIALIZED (
    SELECT 'not-found' AS fault, '' AS field, $1::text AS detail WHERE NOT $7::boolean AND NOT EXISTS (SELECT FROM was)
    UNION ALL
    SELECT 'taken', 'code', $1::text FROM was WHERE $7::boolean
    UNION ALL
    SELECT 'stale', '', was.version FROM was WHERE NOT $7::boolean AND was.version <> $8::text
    UNION ALL
    SELECT 'outside', '', '' WHERE cardinality($4::text[]) + cardinality($5::text[]) = 0
    UNION ALL
    SELECT 'parent-unknown', 'parent', row ->> 'parent'
    FROM fresh
    WHERE row ->> 'parent' IS NOT NULL AND NOT EXISTS (SELECT FROM categories c
        WHERE c.code = fresh.row ->> 'parent' AND c.retired_at IS NULL)
    UNION ALL
    SELECT 'parent-deep', 'parent', row ->> 'parent'
    FROM fresh
    WHERE row ->> 'parent' IS NOT NULL AND (row ->> 'parent' = $1::text
        OR EXISTS (SELECT FROM categories c WHERE c.code = fresh.row ->> 'parent' AND c.parent IS NOT NULL)
        OR EXISTS (SELECT FROM categories c WHERE c.parent = $1::text))
    UNION ALL
    SELECT 'clock-unknown', 'limits', k.key
    FROM jsonb_object_keys(coalesce($6::text::jsonb -> 'limits', '{}')) AS k (key)
    WHERE EXISTS (SELECT FROM workflows)
        AND NOT EXISTS (SELECT FROM workflows w WHERE jsonb_exists(w.definition -> 'clocks', substring(k.key FROM '^[^@/]*')))
    UNION ALL
    SELECT 'restricted-kind', 'restricted', ''
    FROM fresh
    WHERE row ->> 'restricted_kind' IS NOT NULL AND NOT (row ->> 'restricted')::boolean
), made AS (
    INSERT INTO categories AS c (code, parent, name, name_en, grade, limits, responsible, restricted, restricted_kind,
        workflow, kind, position)
    SELECT $1::text, row ->> 'parent', row ->> 'name', row ->> 'name_en', row ->> 'grade', jsonb_strip_nulls(row -> 'limits'),
        row ->> 'responsible', (row ->> 'restricted')::boolean, row ->> 'restricted_kind', row ->> 'workflow', row ->> 'kind',
        (SELECT coalesce(max(position), 0) + 1 FROM categories)
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET parent = excluded.parent, name = excluded.name, name_en = excluded.name_en, grade = excluded.grade,
        limits = excluded.limits, responsible = excluded.responsible, restricted = excluded.restricted,
        restricted_kind = excluded.restricted_kind, workflow = excluded.workflow, kind = excluded.kind, retired_at = NULL
    WHERE NOT $7::boolean OR c.retired_at <= $2::timestamptz
    RETURNING c.code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, CASE WHEN $7::boolean THEN 'category.made' ELSE 'category.changed' END,
        'category:' || $1::text, jsonb_build_object('before', (SELECT row FROM was), 'after', fresh.row - '{code}'::text[])
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'categories' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
