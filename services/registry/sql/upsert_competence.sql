-- Competence new and changed. $1 import, $2 now. Tables: writes competence; reads import_staging, areas, parties.
-- Locks: the rows.
INSERT INTO competence (code, category, area_id, post, party_id, list, note, note_en)
SELECT s.code, s.row ->> 'category',
    (SELECT a.id FROM areas a
        WHERE a.code = s.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
        ORDER BY a.layer <> 'grid', a.id LIMIT 1),
    s.row ->> 'post', (SELECT p.id FROM parties p WHERE p.code = s.row ->> 'party'), s.row ->> 'list',
    s.row ->> 'note', s.row ->> 'note_en'
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET category = excluded.category, area_id = excluded.area_id, post = excluded.post, party_id = excluded.party_id,
    list = excluded.list, note = excluded.note, note_en = excluded.note_en
