-- Promise: a notice is taken out of the line in the transaction that writes its deliveries: never both.
SELECT n.case_id AS "case", n.n, n.rule
FROM notices n
WHERE EXISTS (SELECT FROM deliveries d WHERE d.case_id = n.case_id AND d.n = n.n AND d.rule = n.rule);
