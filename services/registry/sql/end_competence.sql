-- Takes a row of competence away; the audit keeps what it said. $1 code, $2 now, $3 actor. Columns: of a fault its name,
-- field and detail; when done null, null, null, code, version. Tables: writes competence, audit, registry_version
-- (competence); reads areas, parties. Locks: the row.
WITH gone AS (
    DELETE FROM competence c WHERE c.code = $1::text RETURNING c.category, c.area_id, c.post, c.party_id, c.list, c.note
), written AS (
    INSERT INTO audit (at, service, actor, action, object, detail)
    SELECT $2::timestamptz, 'registry', $3::text, 'competence.ended', 'competence:' || $1::text,
        jsonb_build_object('before', jsonb_build_object('category', gone.category, 'post', gone.post, 'list', gone.list,
            'note', gone.note, 'area', (SELECT a.code FROM areas a WHERE a.id = gone.area_id),
            'party', (SELECT p.code FROM parties p WHERE p.id = gone.party_id)))
    FROM gone
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'competence' AND EXISTS (SELECT FROM gone)
)
SELECT CASE WHEN EXISTS (SELECT FROM gone) THEN NULL ELSE 'not-found' END, '', '', $1::text, NULL
