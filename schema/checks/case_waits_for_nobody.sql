-- Promise: nobody's case does not exist. A case that its workflow has not ended has a holder or a party, or it says why
-- it waits for a dispatcher, or it stands where the walk of an opening leads on (it was returned, and is to be dispatched
-- again), or a clock runs that somebody else answers for and that did not begin with the case.
SELECT c.id AS "case", c.state, c.area
FROM cases c JOIN workflows w ON w.id = c.workflow
WHERE c.holder IS NULL AND c.party IS NULL AND c.reason IS NULL
  AND NOT coalesce((w.definition -> 'states' -> c.state ->> 'final')::boolean, false)
  AND NOT EXISTS (SELECT FROM jsonb_array_elements_text(w.definition #> '{open,walk}') AS a (name)
                  WHERE w.definition #> ARRAY['actions', a.name, 'from'] ? c.state)
  AND NOT EXISTS (SELECT FROM json_object_keys(c.clocks) AS k (clock)
                  WHERE w.definition #>> ARRAY['clocks', k.clock, 'owner'] NOT IN ('holder', 'assignee')
                    AND NOT coalesce(w.definition #> '{open,start}' ? k.clock, false));
