-- Moves cases, one step each; what the guard does not let through is not returned and is decided anew. Steps that belong
-- together (a case and the one it is merged into) are of one group: all of them are made, or none.
-- Arrays, a member each step: $1 case, $2 version before, $3 deciding, $4 state, $5 level, $6 grade, $7 area_id,
-- $8 area, $9 category, $10 holder, $11 reason, $12 resolver, $13 outcome, $14 restricted, $15 due_at, $16 wake_at,
-- $17 clocks, $18 event type, $19 actor, $20 was, $21 data, $22 key or null, $23 body hash, $24 party, $25 more,
-- $26 master, $27 group.
-- Arrays, a member each notice: $28 case, $29 rule, $30 staff, $31 to the reporter, $32 training.
-- $33 now, $34 when notices are due for the sweep.
-- Arrays, a member each task that changed: $35 case, $36 k, $37 party, $38 staff, $39 state, $40 open, $41 text.
-- Arrays, a member each case that a part is split from: $42 case, $43 text, $44 category or null, $45 area or null.
-- Columns: id, n, xid, at, holder's code, party's code. Tables written: cases, events, action_keys, notices, tasks,
-- reports, arrivals. Tables read: staff, parties, reports. Locks: those rows.
WITH asked AS (
    SELECT * FROM unnest($1::bigint[], $2::int4[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::text[], $14::boolean[],
        $15::timestamptz[], $16::timestamptz[], $17::json[], $18::text[], $19::bigint[], $20::jsonb[], $21::json[],
        $22::bytea[], $23::bytea[], $24::int4[], $25::json[], $26::bigint[], $27::bigint[])
        AS g (id, version, deciding, state, level, grade, area_id, area, category, holder, reason, resolver, outcome,
            restricted, due_at, wake_at, clocks, type, actor, was, data, key, body, party, more, master, grp)
), broken AS ( -- groups of which a case has moved on, or is wanted by another group first
    SELECT grp FROM (SELECT id, version, grp, min(grp) OVER (PARTITION BY id) AS first FROM asked) AS a
    WHERE first <> grp OR NOT EXISTS (SELECT FROM cases c
        WHERE c.id = a.id AND c.version = a.version AND c.xid < pg_current_xact_id())
), given AS (
    SELECT * FROM asked WHERE (grp NOT IN (SELECT grp FROM broken)) IS TRUE
), moved AS (
    UPDATE cases c SET version = c.version + 1, decided = CASE WHEN g.deciding THEN c.version + 1 ELSE c.decided END,
        xid = pg_current_xact_id(), state = g.state, level = g.level, grade = g.grade, area_id = g.area_id,
        area = g.area, category = g.category, holder = g.holder, party = g.party, reason = g.reason,
        resolver = g.resolver, outcome = g.outcome, restricted = g.restricted OR c.shield IS NOT NULL, due_at = g.due_at, wake_at = g.wake_at,
        wake_tries = 0, clocks = g.clocks, more = g.more, master = g.master
    FROM given g
    WHERE c.id = g.id AND c.version = g.version AND c.xid < pg_current_xact_id()
    RETURNING c.id, c.version, c.training, g.deciding, g.state, g.level, g.area, g.category, g.holder, g.party, g.type,
        g.actor, g.was, g.data, g.key, g.body, c.restricted
), keyed AS (
    INSERT INTO action_keys (key, body, case_id, n, at)
    SELECT key, body, id, version, $33::timestamptz FROM moved WHERE key IS NOT NULL
    ON CONFLICT DO NOTHING
), logged AS (
    INSERT INTO events (case_id, n, xid, type, at, deciding, actor, area, category, level, state, holder, party,
        training, was, data, restricted)
    SELECT id, version, pg_current_xact_id(), type, $33::timestamptz, deciding, actor, area, category, level, state,
        holder, party, training, was, data, restricted
    FROM moved
), told AS (
    INSERT INTO notices (case_id, n, rule, staff, to_reporter, training, due_at)
    SELECT m.id, m.version, t.rule, string_to_array(t.staff, ',')::bigint[], t.to_reporter, t.training,
        $34::timestamptz
    FROM unnest($28::bigint[], $29::text[], $30::text[], $31::boolean[], $32::boolean[])
        AS t (case_id, rule, staff, to_reporter, training)
    JOIN moved m ON m.id = t.case_id
), tasked AS (
    INSERT INTO tasks (case_id, k, party, staff, state, open, text, training, opened_at)
    SELECT m.id, t.k, t.party, t.staff, t.state, t.open, t.text, m.training, $33::timestamptz
    FROM unnest($35::bigint[], $36::int4[], $37::int4[], $38::bigint[], $39::text[], $40::boolean[], $41::text[])
        AS t (case_id, k, party, staff, state, open, text)
    JOIN moved m ON m.id = t.case_id
    ON CONFLICT (case_id, k) DO UPDATE SET state = EXCLUDED.state, open = EXCLUDED.open, staff = EXCLUDED.staff
), parts AS ( -- said where and how the whole was said, by whoever splits it
    INSERT INTO reports (id, received_at, occurred_at, text, category, area, lat, lon, address, crs, channel, language,
        entered_by, on_behalf, training, parent)
    SELECT nextval('report_ids'), $33::timestamptz, r.occurred_at, p.text, coalesce(p.category, m.category),
        coalesce(p.area, r.area), CASE WHEN p.area IS NULL THEN r.lat END, CASE WHEN p.area IS NULL THEN r.lon END,
        r.address, CASE WHEN p.area IS NULL THEN r.crs END, r.channel, r.language, m.actor, true, m.training, m.id
    FROM unnest($42::bigint[], $43::text[], $44::text[], $45::text[]) AS p (case_id, text, category, area)
    JOIN moved m ON m.id = p.case_id JOIN reports r ON r.id = p.case_id
    RETURNING id
), announced AS (
    INSERT INTO arrivals (report_id, due_at) SELECT id, $33::timestamptz FROM parts
)
SELECT m.id, m.version, pg_current_xact_id(), $33::timestamptz, s.code, p.code
FROM moved m LEFT JOIN staff s ON s.id = m.holder LEFT JOIN parties p ON p.id = m.party
