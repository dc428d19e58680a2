-- The city's own latitude, at which degrees become metres, and when the set of areas in force changes next by itself
-- (a temporary grid begins or ends). $1 now. Columns: lat (null without areas), next change (null: none).
-- Tables read: areas. Locks: none.
-- scans: areas, once each time that they are loaded.
SELECT (SELECT avg(ST_Y(point)) FROM areas WHERE valid_to IS NULL AND layer = 'grid'),
    least((SELECT min(valid_from) FROM areas WHERE valid_from > $1::timestamptz),
        (SELECT min(valid_to) FROM areas WHERE valid_to > $1::timestamptz))
