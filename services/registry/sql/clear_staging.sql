-- Removes what imports that have ended left behind. No parameters. Tables: writes import_staging; reads imports.
-- Locks: those rows.
DELETE FROM import_staging s
WHERE NOT EXISTS (SELECT FROM imports i WHERE i.id = s.import_id AND i.ended_at IS NULL)
