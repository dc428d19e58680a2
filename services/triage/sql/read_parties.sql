-- Parties in use, with the first of those who act for them. No parameters. Columns: id, code, can be given orders, staff
-- (ids joined by commas), calendar (code or null). Tables read: parties, staff. Locks: none.
-- scans: staff, once each time that parties are loaded.
SELECT p.id, p.code, p.kind NOT IN ('vertical', 'former_owner'), coalesce(s.ids, ''), p.calendar
FROM parties p
LEFT JOIN (SELECT party_id, string_agg(id::text, ',' ORDER BY id) AS ids FROM staff
    WHERE party_id IS NOT NULL AND left_at IS NULL GROUP BY party_id) s ON s.party_id = p.id
WHERE p.retired_at IS NULL
ORDER BY p.id
