-- Promise: a case carries the code in force of the area that it lies in.
SELECT c.id AS "case", c.area_id, c.area, a.code
FROM cases c JOIN areas a ON a.id = c.area_id
WHERE c.area <> a.code;
