-- Promise: a task is part of a case, numbered from 1 without a gap, bears its mark of training, and is somebody's that
-- exists (tasks have no foreign keys).
SELECT t.case_id AS "case", t.k, t.party, t.staff, t.number, t.training
FROM (SELECT t.*, row_number() OVER (PARTITION BY t.case_id ORDER BY t.k) AS number FROM tasks t) AS t
LEFT JOIN cases c ON c.id = t.case_id
WHERE c.id IS NULL OR t.k <> t.number OR t.training <> c.training
   OR (t.party IS NOT NULL AND NOT EXISTS (SELECT FROM parties p WHERE p.id = t.party))
   OR (t.staff IS NOT NULL AND NOT EXISTS (SELECT FROM staff s WHERE s.id = t.staff));
