-- Staff new and changed; contacts come sealed. Who is in the file has not left. $1 import. Tables: writes staff;
-- reads import_staging, parties. Locks: the rows.
INSERT INTO staff (code, name, name_en, tags, contact_sealed, has_email, party_id)
SELECT s.code, s.row ->> 'name', s.row ->> 'name_en', ARRAY (SELECT jsonb_array_elements_text(s.row -> 'tags')),
    decode(s.row ->> 'contact', 'hex'), (s.row ->> 'has_email')::boolean,
    (SELECT p.id FROM parties p WHERE p.code = s.row ->> 'party')
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, tags = excluded.tags, contact_sealed = excluded.contact_sealed,
    has_email = excluded.has_email, party_id = excluded.party_id, left_at = NULL
