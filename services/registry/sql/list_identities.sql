-- Who a member of staff is elsewhere. $1 staff code. Columns: id, issuer, subject, created_at. Tables: reads
-- staff_identities, staff. Locks: none.
SELECT i.id, i.issuer, i.subject, i.created_at
FROM staff_identities i
WHERE i.staff_id = (SELECT id FROM staff WHERE code = $1::text)
ORDER BY i.id
LIMIT 500
