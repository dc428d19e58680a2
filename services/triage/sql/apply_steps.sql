-- Moves cases, one step each; what the guard does not let through is not returned and is decided anew.
-- Arrays, a member each step: $1 case, $2 version before, $3 deciding, $4 state, $5 level, $6 grade, $7 area_id,
-- $8 area, $9 category, $10 holder, $11 reason, $12 resolver, $13 outcome, $14 restricted, $15 due_at, $16 wake_at,
-- $17 clocks, $18 event type, $19 actor, $20 was, $21 data, $22 key, $23 body hash.
-- Arrays, a member each notice: $24 case, $25 rule, $26 staff, $27 to the reporter, $28 training.
-- $29 now, $30 when notices are due for the sweep. Columns: id, n, xid.
-- Tables written: cases, events, action_keys, notices. Locks: those rows.
WITH given AS (
    SELECT * FROM unnest($1::bigint[], $2::int4[], $3::boolean[], $4::text[], $5::text[], $6::text[], $7::bigint[],
        $8::text[], $9::text[], $10::bigint[], $11::text[], $12::bigint[], $13::text[], $14::boolean[],
        $15::timestamptz[], $16::timestamptz[], $17::json[], $18::text[], $19::bigint[], $20::jsonb[], $21::json[],
        $22::bytea[], $23::bytea[])
        AS g (id, version, deciding, state, level, grade, area_id, area, category, holder, reason, resolver, outcome,
            restricted, due_at, wake_at, clocks, type, actor, was, data, key, body)
), moved AS (
    UPDATE cases c SET version = c.version + 1, decided = CASE WHEN g.deciding THEN c.version + 1 ELSE c.decided END,
        xid = pg_current_xact_id(), state = g.state, level = g.level, grade = g.grade, area_id = g.area_id,
        area = g.area, category = g.category, holder = g.holder, reason = g.reason, resolver = g.resolver,
        outcome = g.outcome, restricted = g.restricted, due_at = g.due_at, wake_at = g.wake_at, wake_tries = 0,
        clocks = g.clocks
    FROM given g
    WHERE c.id = g.id AND c.version = g.version AND c.xid < pg_current_xact_id()
    RETURNING c.id, c.version, c.training, g.deciding, g.state, g.level, g.area, g.category, g.holder, g.type, g.actor,
        g.was, g.data, g.key, g.body
), keyed AS (
    INSERT INTO action_keys (key, body, case_id, n, at)
    SELECT key, body, id, version, $29::timestamptz FROM moved
    ON CONFLICT DO NOTHING
), logged AS (
    INSERT INTO events (case_id, n, xid, type, at, deciding, actor, area, category, level, state, holder, party,
        training, was, data)
    SELECT id, version, pg_current_xact_id(), type, $29::timestamptz, deciding, actor, area, category, level, state,
        holder, NULL, training, was, data
    FROM moved
), told AS (
    INSERT INTO notices (case_id, n, rule, staff, to_reporter, training, due_at)
    SELECT m.id, m.version, t.rule, string_to_array(t.staff, ',')::bigint[], t.to_reporter, t.training,
        $30::timestamptz
    FROM unnest($24::bigint[], $25::text[], $26::text[], $27::boolean[], $28::boolean[])
        AS t (case_id, rule, staff, to_reporter, training)
    JOIN moved m ON m.id = t.case_id
)
SELECT id, version, pg_current_xact_id() FROM moved
