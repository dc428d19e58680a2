-- Tells whoever keeps these kinds in memory that they have changed. $1 kinds. Tables: writes registry_version. Locks:
-- the rows.
UPDATE registry_version SET version = version + 1 WHERE kind = ANY ($1::text[])
