-- Reports that wait to be taken up. $1 ids. Columns: id, received_at, first 60 characters of the text, category,
-- area, lat, lon, crs, training, reporter has mail and consents.
-- Tables read: arrivals, reports, reporters. Locks: none.
SELECT r.id, r.received_at, left(r.text, 60), r.category, r.area, r.lat, r.lon, r.crs, r.training,
    coalesce(p.has_email AND p.consent, false)
FROM arrivals a JOIN reports r ON r.id = a.report_id LEFT JOIN reporters p ON p.report_id = r.id
WHERE a.report_id = ANY ($1::bigint[])
