-- Promise: time does not run backwards within a case, by more than the second by which clocks may differ.
SELECT o.case_id AS "case", o.n, o.at, o.before
FROM (SELECT e.case_id, e.n, e.at, lag(e.at) OVER (PARTITION BY e.case_id ORDER BY e.n) AS before FROM events e) o
WHERE o.at < o.before - interval '1 second';
