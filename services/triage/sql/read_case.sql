-- Cases for decisions, each with what an earlier action with the same key did. Arrays, a member each case (or null for
-- all of them): $1 case, $2 key hash or null, $3 what the asker may see, as may_see wants it (null: the system asks).
-- Columns: id, version, decided, workflow, state, level, grade, area_id, area, born_area_id, category, holder, party,
-- reason, resolver, outcome, training, restricted, opened_at, due_at, wake_at, clocks (json text), lat, lon,
-- reporter has mail and consents, key's body hash, key's n, more (json text), tasks (json text), how many said it,
-- who entered it, from another system, its due_at and return_by, entered later, the last event's actor,
-- at and what it would take back (json text), there is a reporter, the input of the action whose approval is waited
-- for (json text), the asker may see it, the member of $1 that it is (from 1),
-- how many of its parts have not ended, whom it is about, the area of their chief, by which system or channel it came.
-- Whoever said what was merged into it is its reporter, too.
-- Tables read: cases, reporters, reports, case_reports, action_keys, tasks, events, workflows. Locks: none.
SELECT c.id, c.version, c.decided, c.workflow, c.state, c.level, c.grade, c.area_id, c.area, c.born_area_id,
    c.category, c.holder, c.party, c.reason, c.resolver, c.outcome, c.training, c.restricted, c.opened_at, c.due_at,
    c.wake_at, c.clocks::text, c.lat, c.lon, coalesce(p.has_email AND p.consent, false) OR EXISTS (
        SELECT FROM cases m JOIN reporters o ON o.report_id = m.id WHERE m.master = c.id AND o.has_email AND o.consent),
    k.body, k.n, c.more::text,
    (SELECT json_agg(json_build_object('k', t.k, 'party', t.party, 'staff', t.staff, 'state', t.state, 'open', t.open)
        ORDER BY t.k)::text FROM tasks t WHERE t.case_id = c.id),
    1 + (SELECT count(*) FROM case_reports r WHERE r.case_id = c.id AND r.case_id <> r.report_id)
        + (SELECT count(*) FROM cases m WHERE m.master = c.id),
    r.entered_by, r.source_system IS NOT NULL, r.source_due_at, r.source_return_by,
    coalesce(r.backfilled, false), e.actor, e.at, (e.data -> 'before')::text,
    p.report_id IS NOT NULL OR EXISTS (SELECT FROM cases m JOIN reporters o ON o.report_id = m.id WHERE m.master = c.id),
    (SELECT (a.data -> 'input')::text FROM events a WHERE a.case_id = c.id AND a.n = (c.more ->> 'asked_n')::int4),
    g.sight IS NULL OR NOT c.restricted AND EXISTS (
        SELECT FROM jsonb_array_elements(g.sight::jsonb -> 'open') AS o
        WHERE c.area >= (o ->> 0) COLLATE "C" AND c.area < (o ->> 1) COLLATE "C")
    OR may_see(c, g.sight::jsonb), g.place,
    (SELECT count(*) FROM reports q LEFT JOIN cases d ON d.id = q.id LEFT JOIN workflows w ON w.id = d.workflow
        WHERE q.parent = c.id AND (w.definition #>> ARRAY['states', d.state, 'final']) IS DISTINCT FROM 'true'),
    c.about, c.shield, coalesce(r.source_system, r.channel)
FROM unnest($1::bigint[], $2::bytea[], $3::text[]) WITH ORDINALITY AS g (id, key, sight, place)
JOIN cases c ON c.id = g.id LEFT JOIN reporters p ON p.report_id = c.id LEFT JOIN reports r ON r.id = c.id
LEFT JOIN action_keys k ON k.key = g.key AND k.case_id = c.id
LEFT JOIN events e ON e.case_id = c.id AND e.n = c.version
