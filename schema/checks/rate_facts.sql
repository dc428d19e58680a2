-- Promise: what a case is to a rate is of a case that there is, and no restricted case is in a rate once the log is
-- folded to its end. (A case's facts come with its events, below the cursor.)
SELECT f.rate, f.case_id AS "case", c.id IS NULL AS lost, c.restricted
FROM rate_facts f LEFT JOIN cases c ON c.id = f.case_id
LEFT JOIN rollup_cursor k ON k.name = 'rates.' || f.version
WHERE c.id IS NULL OR c.restricted AND c.xid < k.xid;
