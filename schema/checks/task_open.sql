-- Promise: a task is open until its state says that it has ended, and none is open in a case that has.
SELECT t.case_id AS "case", t.k, t.state, t.open, c.state AS case_state
FROM tasks t JOIN cases c ON c.id = t.case_id JOIN workflows w ON w.id = c.workflow
WHERE t.open = coalesce((w.definition #>> ARRAY['tasks', 'states', t.state, 'final'])::boolean, false)
   OR w.definition #> ARRAY['tasks', 'states', t.state] IS NULL
   OR (t.open AND coalesce((w.definition -> 'states' -> c.state ->> 'final')::boolean, false));
