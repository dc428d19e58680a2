-- Promise: the row of a case is what its last event says: state, level, area, category, holder, party, training,
-- version and xid; and `decided` is its last deciding event.
SELECT c.id AS "case", c.version, c.state, e.state AS event_state, c.holder, e.holder AS event_holder, c.xid,
       e.xid AS event_xid, c.decided, d.n AS event_decided
FROM cases c
JOIN events e ON e.case_id = c.id AND e.n = c.version
LEFT JOIN (SELECT case_id, max(n) AS n FROM events WHERE deciding GROUP BY case_id) d ON d.case_id = c.id
WHERE (c.state, c.level, c.area, c.category, c.holder, c.party, c.training, c.xid, c.decided)
      IS DISTINCT FROM (e.state, e.level, e.area, e.category, e.holder, e.party, e.training, e.xid, d.n);
