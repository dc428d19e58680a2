-- Promise: a case that was merged points to one that exists, is not itself merged, is another, and bears the same mark of
-- training; and the column says what the case remembers.
SELECT c.id AS "case", c.master, c.more ->> 'master' AS more_master, m.master AS masters_master
FROM cases c LEFT JOIN cases m ON m.id = c.master
WHERE c.master::text IS DISTINCT FROM c.more ->> 'master'
   OR (c.master IS NOT NULL AND (m.id IS NULL OR m.master IS NOT NULL OR m.id = c.id OR m.training <> c.training));
