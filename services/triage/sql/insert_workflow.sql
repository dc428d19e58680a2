-- A workflow file that is new becomes a version. $1 name, $2 hash, $3 definition, $4 now. Columns: id if it is new.
-- Tables written: workflows, registry_version. Locks: those rows.
WITH fresh AS (
    INSERT INTO workflows (name, hash, definition, loaded_at)
    VALUES ($1::text, $2::bytea, ($3::text)::jsonb, $4::timestamptz)
    ON CONFLICT (name, hash) DO NOTHING RETURNING id
), raised AS (
    UPDATE registry_version SET version = version + 1 WHERE kind = 'workflows' AND EXISTS (SELECT FROM fresh)
)
SELECT id FROM fresh
