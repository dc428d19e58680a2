-- Writes a batch of reports, their sealed reporters and the arrivals that announce them.
-- $1 ids, $2 received_at, $3 occurred_at, $4 text, $5 category, $6 area, $7 lat, $8 lon, $9 crs, $10 address,
-- $11 channel, $12 language, $13 entered_by, $14 on_behalf, $15 training, $16 source_system, $17 source_id,
-- $18 source_due_at, $19 source_return_by, $20 key_hash, $21 body_hash, $22 sender, $23 about,
-- $24 handled, $25 backfilled: arrays, a member each report.
-- $26 report ids, $27 sealed, $28 consent, $29 has_email: arrays, a member each report that has a reporter.
-- $30 when the arrivals are due for the sweep.
-- Columns: id of each report that was written; a report whose id or key stands already is not. Two that write the same
-- key at the same moment: the second waits for the first and then fails as a whole (23505), to be tried in halves.
-- Looking first instead of ON CONFLICT, whose speculative insertion costs a fifth of the statement; as scalar sub-queries,
-- so that each is a descent of its index whatever the planner takes the table for.
-- Tables written: reports, reporters, arrivals. Locks: the new rows.
WITH written AS (
    INSERT INTO reports (id, received_at, occurred_at, text, category, area, lat, lon, crs, address, channel, language,
        entered_by, on_behalf, training, source_system, source_id, source_due_at, source_return_by, key_hash,
        body_hash, sender, about, handled, backfilled)
    SELECT g.* FROM unnest($1::bigint[], $2::timestamptz[], $3::timestamptz[], $4::text[], $5::text[], $6::text[],
        $7::float8[], $8::float8[], $9::text[], $10::text[], $11::text[], $12::text[], $13::bigint[], $14::boolean[],
        $15::boolean[], $16::text[], $17::text[], $18::timestamptz[], $19::timestamptz[], $20::bytea[], $21::bytea[],
        $22::bytea[], $23::text[], $24::text[], $25::boolean[])
        AS g (id, received_at, occurred_at, text, category, area, lat, lon, crs, address, channel, language, entered_by,
            on_behalf, training, source_system, source_id, source_due_at, source_return_by, key_hash, body_hash, sender,
            about, handled, backfilled)
    WHERE (SELECT 1 FROM reports r WHERE r.id = g.id) IS NULL
        AND (SELECT 1 FROM reports r WHERE r.key_hash = g.key_hash) IS NULL
    RETURNING id
), sealed AS (
    INSERT INTO reporters (report_id, sealed, consent, has_email)
    SELECT s.* FROM unnest($26::bigint[], $27::bytea[], $28::boolean[], $29::boolean[])
        AS s (report_id, sealed, consent, has_email)
    WHERE (s.report_id IN (SELECT id FROM written)) IS TRUE
), waiting AS (
    INSERT INTO arrivals (report_id, due_at) SELECT id, $30::timestamptz FROM written
)
SELECT id FROM written
