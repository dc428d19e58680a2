-- One batch: the cursor moves and what its cases are to the rates comes with it, or nothing does.
-- $1 text name of the cursor; $2 text me; $3 xid8, $4 int8, $5 int4: where the batch began; $6 xid8, $7 int8, $8 int4:
-- where it ends; $9 timestamptz leased until; $10 int4 version; $11 int8[] cases judged anew; then a member each fact:
-- $12 text[] rate, $13 int8[] case, $14 int4[] day since 2000-01-01, $15 text[] area, $16 text[] category,
-- $17 int4[] party, $18 int4[] part, $19 text[] why
-- Columns: moved (0: nothing was written)
-- Tables: rollup_cursor (update), rate_facts (delete, insert) · Locks: their rows
WITH moved AS (
    UPDATE rollup_cursor SET xid = $6::xid8, case_id = $7::bigint, n = $8::int, due_at = $9::timestamptz
    WHERE name = $1::text AND owner = $2::text AND xid = $3::xid8 AND case_id = $4::bigint AND n = $5::int
    RETURNING name
), facts AS (
    SELECT f.* FROM moved, unnest($12::text[], $13::bigint[], $14::int[], $15::text[], $16::text[], $17::int[], $18::int[],
        $19::text[]) AS f (rate, case_id, day, area, category, party, part, why)
), gone AS (
    DELETE FROM rate_facts r USING moved
    WHERE r.version = $10::int AND r.case_id = ANY ($11::bigint[])
        AND NOT EXISTS (SELECT FROM facts f WHERE f.case_id = r.case_id AND f.rate = r.rate)
), written AS (
    INSERT INTO rate_facts AS r (version, rate, case_id, day, area, category, party, part, why)
    SELECT $10, rate, case_id, date '2000-01-01' + day, area, category, party, part, why FROM facts
    ON CONFLICT (case_id, version, rate) DO UPDATE SET day = excluded.day, area = excluded.area,
        category = excluded.category, party = excluded.party, part = excluded.part, why = excluded.why
)
SELECT count(*)::int AS moved FROM moved
