-- Promise: nothing exists that nobody said. Each case hangs on at least one report, among them the one that opened
-- it and whose id it bears.
SELECT c.id AS "case", c.state, c.opened_at
FROM cases c
WHERE NOT EXISTS (SELECT FROM case_reports l WHERE l.report_id = c.id AND l.case_id = c.id)
   OR NOT EXISTS (SELECT FROM reports r WHERE r.id = c.id);
