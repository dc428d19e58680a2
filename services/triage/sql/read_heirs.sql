-- Members of staff who left office, with whoever has taken over by now (the successor's successor where that one left
-- too). No parameters. Columns: id, id of the heir. Tables read: staff. Locks: none.
-- scans: staff, once each time that staff are loaded.
WITH RECURSIVE line AS (
    SELECT id, successor_id AS heir, 1 AS steps FROM staff WHERE left_at IS NOT NULL AND successor_id IS NOT NULL
    UNION ALL
    SELECT line.id, s.successor_id, line.steps + 1
    FROM line JOIN staff s ON s.id = line.heir AND s.left_at IS NOT NULL AND s.successor_id IS NOT NULL
    WHERE line.steps < 20
)
SELECT DISTINCT ON (line.id) line.id, line.heir
FROM line JOIN staff s ON s.id = line.heir AND s.left_at IS NULL
WHERE line.heir <> line.id
ORDER BY line.id, line.steps
