-- Promise: training is marked from birth: a case and each of its events bear the mark of the report that opened it.
SELECT c.id AS "case", r.training AS report_training, c.training
FROM cases c JOIN reports r ON r.id = c.id
WHERE c.training <> r.training
   OR EXISTS (SELECT FROM events e WHERE e.case_id = c.id AND e.training <> c.training);
