-- A case for a decision, with what an earlier action with the same key did. $1 case, $2 key hash or null.
-- Columns: version, decided, workflow, state, level, grade, area_id, area, born_area_id, category, holder, party,
-- reason, resolver, outcome, training, restricted, opened_at, due_at, wake_at, clocks (json text), lat, lon,
-- reporter has mail and consents, key's body hash, key's n.
-- Tables read: cases, reporters, action_keys. Locks: none.
SELECT c.version, c.decided, c.workflow, c.state, c.level, c.grade, c.area_id, c.area, c.born_area_id, c.category,
    c.holder, c.party, c.reason, c.resolver, c.outcome, c.training, c.restricted, c.opened_at, c.due_at, c.wake_at,
    c.clocks::text, c.lat, c.lon, coalesce(p.has_email AND p.consent, false), k.body, k.n
FROM cases c LEFT JOIN reporters p ON p.report_id = c.id
LEFT JOIN action_keys k ON k.key = $2::bytea AND k.case_id = c.id
WHERE c.id = $1::bigint
