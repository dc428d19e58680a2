-- Promise: a case that complains about a member of staff is shielded and restricted, and no other is: whoever else's rule
-- reads `restricted` alone is right about it. (Training too; no age matters: report and case are what they were born.)
SELECT c.id AS "case", p.about, c.about AS staff, c.shield, c.restricted
FROM cases c JOIN reports p ON p.id = c.id
WHERE (p.about IS NOT NULL) <> (c.shield IS NOT NULL)
   OR c.about IS DISTINCT FROM (SELECT s.id FROM staff s WHERE s.code = p.about) AND c.shield IS NULL;
