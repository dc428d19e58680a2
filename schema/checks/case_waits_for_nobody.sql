-- Promise: nobody's case does not exist. A case that its workflow has not ended has a holder or a party, or it says why
-- it waits for a dispatcher.
SELECT c.id AS "case", c.state, c.area
FROM cases c JOIN workflows w ON w.id = c.workflow
WHERE c.holder IS NULL AND c.party IS NULL AND c.reason IS NULL
  AND NOT coalesce((w.definition -> 'states' -> c.state ->> 'final')::boolean, false);
