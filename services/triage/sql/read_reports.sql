-- Reports that wait to be taken up. $1 ids. Columns: id, received_at, first 60 characters of the text, category,
-- area, lat, lon, crs, training, reporter has mail and consents, there is a reporter, who entered it, from another system,
-- its due_at and return_by, entered later, whom it is about (code, id), the area above their highest
-- post when it was received; of who held none then, above the highest that they ever had;
-- by which system or channel it came.
-- Tables read: arrivals, reports, reporters, staff, posts, areas. Locks: none.
SELECT r.id, r.received_at, left(r.text, 60), r.category, r.area, r.lat, r.lon, r.crs, r.training,
    coalesce(p.has_email AND p.consent, false), p.report_id IS NOT NULL, r.entered_by, r.source_system IS NOT NULL,
    r.source_due_at, r.source_return_by, r.backfilled,
    r.about, (SELECT s.id FROM staff s WHERE s.code = r.about),
    CASE WHEN r.about IS NOT NULL THEN (
        SELECT u.code FROM staff s JOIN posts t ON t.staff_id = s.id JOIN areas a ON a.id = t.area_id
        JOIN areas u ON u.id = coalesce(a.parent_id, a.id)
        WHERE s.code = r.about
        ORDER BY NOT (t.valid_from <= r.received_at AND (t.valid_to IS NULL OR t.valid_to > r.received_at)), length(a.code), a.code LIMIT 1) END,
    coalesce(r.source_system, r.channel), r.handled IS NOT NULL
FROM arrivals a JOIN reports r ON r.id = a.report_id LEFT JOIN reporters p ON p.report_id = r.id
WHERE a.report_id = ANY ($1::bigint[])
