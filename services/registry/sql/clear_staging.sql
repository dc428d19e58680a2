-- Removes what imports that have ended left behind. No parameters. Writes: import_staging. Reads: imports.
DELETE FROM import_staging s
WHERE NOT EXISTS (SELECT FROM imports i WHERE i.id = s.import_id AND i.ended_at IS NULL)
