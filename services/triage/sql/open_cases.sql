-- Opens cases, link first: who loses the arrival writes nothing. A link that stands already while its arrival waits is
-- nobody's loss but a fault (schema/checks/arrival_and_link.sql): the key refuses it and the arrival is set aside.
-- Arrays, a member each case: $1 ids (of report and case), $2 workflow, $3 state, $4 level, $5 grade, $6 area_id,
-- $7 area, $8 category, $9 holder, $10 reason, $11 title, $12 lat, $13 lon, $14 training, $15 restricted,
-- $16 opened_at, $17 due_at, $18 wake_at, $19 clocks, $20 event type, $21 event data,
-- $22 more or null, $23 whom it is about, $24 the area above their post: both or null, $25 who
-- dealt with it on the spot, $26 how that ended: both or null.
-- Arrays, a member each notice: $27 case, $28 rule, $29 staff (ids joined by commas), $30 to the reporter,
-- $31 training. $32 now, $33 when notices are due for the sweep.
-- `IS TRUE` keeps each IN a hashed sub-plan: as a join, the planner takes arrivals for empty, and nested loops over a
-- full batch cost more than all the rest.
-- Columns: case_id of each case opened, xid.
-- Tables written: arrivals, case_reports, cases, events, notices. Locks: those rows.
WITH taken AS (
    DELETE FROM arrivals WHERE report_id = ANY ($1::bigint[]) RETURNING report_id
), link AS (
    INSERT INTO case_reports (report_id, case_id) SELECT report_id, report_id FROM taken RETURNING case_id
), given AS (
    SELECT g.* FROM unnest($1::bigint[], $2::int4[], $3::text[], $4::text[], $5::text[], $6::bigint[], $7::text[],
        $8::text[], $9::bigint[], $10::text[], $11::text[], $12::float8[], $13::float8[], $14::boolean[],
        $15::boolean[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[], $19::json[], $20::text[],
        $21::json[], $22::json[], $23::bigint[], $24::text[], $25::bigint[], $26::text[])
        AS g (id, workflow, state, level, grade, area_id, area, category, holder, reason, title, lat, lon, training,
            restricted, opened_at, due_at, wake_at, clocks, type, data, more, about, shield,
            resolver, outcome)
    WHERE (g.id IN (SELECT case_id FROM link)) IS TRUE
), opened AS (
    INSERT INTO cases (id, version, decided, xid, workflow, state, level, grade, area_id, area, born_area_id, category,
        holder, reason, title, lat, lon, training, restricted, opened_at, due_at, wake_at, clocks, more,
        about, shield, resolver, outcome)
    SELECT id, 1, 1, pg_current_xact_id(), workflow, state, level, grade, area_id, area, area_id, category, holder,
        reason, title, lat, lon, training, restricted, opened_at, due_at, wake_at, clocks, more,
        about, shield, resolver, outcome
    FROM given
), logged AS (
    INSERT INTO events (case_id, n, xid, type, at, deciding, actor, area, category, level, state, holder, party,
        training, was, data, restricted)
    SELECT id, 1, pg_current_xact_id(), type, $32::timestamptz, true, NULL, area, category, level, state, holder, NULL,
        training, NULL, data, restricted
    FROM given
), told AS (
    INSERT INTO notices (case_id, n, rule, staff, to_reporter, training, due_at)
    SELECT t.case_id, 1, t.rule, string_to_array(t.staff, ',')::bigint[], t.to_reporter, t.training, $33::timestamptz
    FROM unnest($27::bigint[], $28::text[], $29::text[], $30::boolean[], $31::boolean[])
        AS t (case_id, rule, staff, to_reporter, training)
    WHERE (t.case_id IN (SELECT case_id FROM link)) IS TRUE
)
SELECT case_id, pg_current_xact_id() FROM link
