-- The city's own latitude, at which degrees become metres. No parameters. Columns: lat (null without areas).
-- Tables read: areas. Locks: none.
SELECT avg(ST_Y(point)) FROM areas WHERE valid_to IS NULL AND layer = 'grid'
