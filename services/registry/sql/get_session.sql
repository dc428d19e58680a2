-- A session and who it is. $1 id or null, $2 else hash, $3 now. Columns: id, staff id, code, name, name_en, party's code,
-- how, device, must, created_at, until, end by idleness, whether TOTP is confirmed, whether there is a password, posts
-- (JSON). Tables: reads sessions, staff, parties, passwords, posts, areas. Locks: none.
SELECT s.id, f.id, f.code, f.name, f.name_en, y.code, s.how, s.device, s.must, s.created_at, s.until, s.used_at + s.idle,
    coalesce(w.totp_confirmed, false), w.hash IS NOT NULL,
    coalesce((SELECT json_agg(json_build_object('post', p.post, 'area', a.code, 'level', a.level) ORDER BY p.post, a.code)
        FROM posts p JOIN areas a ON a.id = p.area_id
        WHERE p.staff_id = f.id AND p.valid_from <= $3::timestamptz AND (p.valid_to IS NULL OR p.valid_to > $3::timestamptz)),
        '[]')::text
FROM sessions s
JOIN staff f ON f.id = s.staff_id
LEFT JOIN parties y ON y.id = f.party_id
LEFT JOIN passwords w ON w.staff_id = f.id
WHERE s.id = $1::bigint OR s.hash = $2::bytea
