-- Says whose matter something is; the code makes it new or changes it whole. $1 code, $2 now, $3 actor, $4, $5 low and
-- high codes of where the caller may change things, $6 what was given (JSON). Columns: of each fault its name, field and detail; when done null, null, null, code, version.
-- Tables: writes competence, audit, registry_version (competence); reads areas, categories, parties. Locks: the row.
WITH fresh AS MATERIALIZED (
    SELECT f.row, (SELECT a.id FROM areas a WHERE a.code = f.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
            ORDER BY a.layer <> 'grid', a.id LIMIT 1) AS area_id,
        (SELECT p.id FROM parties p WHERE p.code = f.row ->> 'party') AS party_id
    FROM (SELECT $6::text::jsonb AS row) f
), faults AS MATERIALIZED (
    SELECT 'outside' AS fault, '' AS field, '' AS detail WHERE cardinality($4::text[]) + cardinality($5::text[]) = 0
    UNION ALL
    SELECT 'area-unknown', 'area', row ->> 'area' FROM fresh WHERE row ->> 'area' IS NOT NULL AND area_id IS NULL
    UNION ALL
    SELECT 'category-unknown', 'category', row ->> 'category'
    FROM fresh
    WHERE row ->> 'category' IS NOT NULL AND NOT EXISTS (SELECT FROM categories c WHERE c.code = fresh.row ->> 'category')
    UNION ALL
    SELECT 'party-unknown', 'party', row ->> 'party' FROM fresh WHERE row ->> 'party' IS NOT NULL AND party_id IS NULL
), made AS (
    INSERT INTO competence (code, category, area_id, post, party_id, list, note, note_en)
    SELECT $1::text, row ->> 'category', area_id, row ->> 'post', party_id, row ->> 'list', row ->> 'note', row ->> 'note_en'
    FROM fresh
    WHERE NOT EXISTS (SELECT FROM faults)
    ON CONFLICT (code) DO UPDATE
    SET category = excluded.category, area_id = excluded.area_id, post = excluded.post, party_id = excluded.party_id,
        list = excluded.list, note = excluded.note, note_en = excluded.note_en
    RETURNING code
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'competence.made', 'competence:' || $1::text, jsonb_build_object('after', fresh.row - 'code')
    FROM made CROSS JOIN fresh
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'competence' AND EXISTS (SELECT FROM made)
)
SELECT fault, field, detail, NULL::text AS code, NULL::text AS version FROM faults
UNION ALL
SELECT NULL, NULL, NULL, $1::text, pg_current_xact_id()::xid::text FROM made
