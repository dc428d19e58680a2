-- What an earlier action with the same key did, for its answer. $1 case, $2 n of its event. Columns: n, type, at, deciding, state, level, area,
-- category, holder's code, due_at, decided, party's code. Tables read: events, cases, staff,
-- parties. Locks: none.
SELECT e.n, e.type, e.at, e.deciding, e.state, e.level, e.area, e.category, s.code, c.due_at, c.decided, p.code
FROM events e JOIN cases c ON c.id = e.case_id LEFT JOIN staff s ON s.id = e.holder
LEFT JOIN parties p ON p.id = e.party
WHERE e.case_id = $1::bigint AND e.n = $2::int4
