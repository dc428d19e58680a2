-- Removes the staged rows of one import. $1 import. Tables: writes import_staging. Locks: those rows.
DELETE FROM import_staging WHERE import_id = $1::bigint
