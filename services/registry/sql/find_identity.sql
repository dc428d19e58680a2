-- Who somebody at a single sign-on is here. $1 issuer, $2 subject, $3 staff code that a claim names, or null (then the
-- identities decide), $4 now. Columns: staff id, whether TOTP is confirmed, their posts (held, or covered by a roster now);
-- no row where it is nobody. Tables: reads staff, staff_identities, passwords, posts, duty. Locks: none.
SELECT s.id, coalesce(w.totp_confirmed, false), (SELECT string_agg(h.post, ',') FROM (
    SELECT o.post FROM posts o
    WHERE o.staff_id = s.id AND o.valid_from <= $4::timestamptz AND (o.valid_to IS NULL OR o.valid_to > $4::timestamptz)
    UNION
    SELECT d.post FROM duty d
    WHERE d.staff_id = s.id AND d.kind <> 'leave' AND d.starts_at <= $4::timestamptz AND d.ends_at > $4::timestamptz) h)
FROM staff s
LEFT JOIN passwords w ON w.staff_id = s.id
WHERE (s.left_at IS NULL OR s.left_at > $4::timestamptz)
    AND CASE WHEN $3::text IS NOT NULL THEN s.code = $3::text
             ELSE s.id = (SELECT i.staff_id FROM staff_identities i WHERE i.issuer = $1::text AND i.subject = $2::text) END
