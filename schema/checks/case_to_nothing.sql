-- Promise: what a case names exists: areas, category, holder, party and workflow (cases have no foreign keys).
SELECT c.id AS "case", c.area_id, c.area, c.born_area_id, c.category, c.holder, c.party, c.workflow
FROM cases c
WHERE NOT EXISTS (SELECT FROM areas a WHERE a.id = c.area_id)
   OR NOT EXISTS (SELECT FROM areas a WHERE a.id = c.born_area_id)
   OR NOT EXISTS (SELECT FROM workflows w WHERE w.id = c.workflow)
   OR (c.category IS NOT NULL AND NOT EXISTS (SELECT FROM categories k WHERE k.code = c.category))
   OR (c.holder IS NOT NULL AND NOT EXISTS (SELECT FROM staff s WHERE s.id = c.holder))
   OR (c.party IS NOT NULL AND NOT EXISTS (SELECT FROM parties p WHERE p.id = c.party));
