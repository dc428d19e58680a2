-- Promise: an event says what it changed: `was` names the dimensions that differ from the event before, with their
-- former values, and no others. Filters of the feed rest on it: who loses a case sees it go.
WITH pairs AS (
    SELECT e.case_id, e.n, e.was,
           jsonb_build_object('state', e.state, 'level', e.level, 'area', e.area, 'category', e.category,
                              'holder', e.holder::text, 'party', e.party::text,
                              'restricted', e.restricted) AS after,
           lag(jsonb_build_object('state', e.state, 'level', e.level, 'area', e.area, 'category', e.category,
                                  'holder', e.holder::text, 'party', e.party::text,
                              'restricted', e.restricted))
               OVER (PARTITION BY e.case_id ORDER BY e.n) AS before
    FROM events e
)
SELECT p.case_id AS "case", p.n, d.key AS dimension, p.before ->> d.key AS before, p.was ->> d.key AS was
FROM pairs p CROSS JOIN LATERAL jsonb_object_keys(p.after) AS d (key)
WHERE p.n > 1
  AND CASE WHEN p.before -> d.key IS DISTINCT FROM p.after -> d.key
           THEN NOT coalesce(p.was ? d.key, false) OR p.was ->> d.key IS DISTINCT FROM p.before ->> d.key
           ELSE coalesce(p.was ? d.key, false) END;
