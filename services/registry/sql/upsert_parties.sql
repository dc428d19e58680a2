-- Parties new and changed; contacts come sealed. $1 import, $2 now. Tables: writes parties; reads import_staging,
-- areas. Locks: the rows.
INSERT INTO parties (code, name, name_en, kind, area_id, contact_sealed, calendar)
SELECT s.code, s.row ->> 'name', s.row ->> 'name_en', s.row ->> 'kind',
    (SELECT a.id FROM areas a
        WHERE a.code = s.row ->> 'area' AND (a.valid_to IS NULL OR a.valid_to > $2::timestamptz)
        ORDER BY a.layer <> 'grid', a.id LIMIT 1),
    decode(s.row ->> 'contact', 'hex'), s.row ->> 'calendar'
FROM import_staging s
WHERE s.import_id = $1::bigint AND s.action IN ('added', 'changed')
ON CONFLICT (code) DO UPDATE
SET name = excluded.name, name_en = excluded.name_en, kind = excluded.kind, area_id = excluded.area_id,
    contact_sealed = excluded.contact_sealed, calendar = excluded.calendar, retired_at = NULL
