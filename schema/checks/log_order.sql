-- Promise: (xid, case, n) orders the log and each case alike: within a case n never rises while xid falls, so a
-- reader of the log sees every case's events in their order.
SELECT o.case_id AS "case", o.n, o.xid, o.before
FROM (SELECT e.case_id, e.n, e.xid, lag(e.xid) OVER (PARTITION BY e.case_id ORDER BY e.n) AS before FROM events e) o
WHERE o.before > o.xid;
