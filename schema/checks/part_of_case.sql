-- Promise: a report that is a part names the case that it was split from, which is in training as it is.
SELECT p.id AS report, p.parent
FROM reports p
WHERE p.parent IS NOT NULL AND NOT EXISTS (SELECT FROM cases c WHERE c.id = p.parent AND c.training = p.training);
