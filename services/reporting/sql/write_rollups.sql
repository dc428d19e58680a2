-- One batch of the fold: the cursor moves and the sums come with it, or nothing does. Whoever no longer stands where
-- the batch began (the lease went to another, or this very batch was committed before) writes nothing.
-- Rows that are there are updated, the day's first of each are inserted: ON CONFLICT would lock each row before it
-- updates it, at more than twice the price; nobody else inserts, since the cursor's row is locked.
-- $1 text me; $2 xid8, $3 int8, $4 int4: where the batch began; $5 xid8, $6 int8, $7 int4: where it ends;
-- $8 timestamptz leased until; $9 text[] area, $10 int4[] day since 2000-01-01, $11 text[] state, $12 int4[] entered,
-- $13 int4[] left; $14 text[] area, $15 int4[] day, $16 text[] category, $17 int4[] opened, $18 int4[] ended;
-- $19 text[] area, $20 int4[] day, $21 text[] category and bucket, $22 int4[] number, $23 int4[] bucket; all sorted by key
-- Columns: moved (0: nothing was written)
-- Tables: rollup_cursor (update), rollup_states, rollup_categories, durations (insert, update) · Locks: their rows
WITH moved AS (
    UPDATE rollup_cursor SET xid = $5::xid8, case_id = $6::bigint, n = $7::int, due_at = $8::timestamptz
    WHERE name = 'rollups' AND owner = $1::text AND xid = $2::xid8 AND case_id = $3::bigint AND n = $4::int
    RETURNING name
), flows AS MATERIALIZED (
    SELECT d.area, date '2000-01-01' + d.day AS day, d.state, d.entered, d.left_, d.nth
    FROM moved, unnest($9::text[], $10::int[], $11::text[], $12::int[], $13::int[])
        WITH ORDINALITY AS d (area, day, state, entered, left_, nth)
), flowed AS (
    UPDATE rollup_states r SET entered = r.entered + f.entered, left_ = r.left_ + f.left_
    FROM flows f WHERE r.area = f.area AND r.day = f.day AND r.state = f.state
    RETURNING f.nth
), flows_begun AS (
    INSERT INTO rollup_states (area, day, state, entered, left_)
    SELECT area, day, state, entered, left_ FROM flows WHERE nth NOT IN (SELECT nth FROM flowed)
), sorts AS MATERIALIZED (
    SELECT d.area, date '2000-01-01' + d.day AS day, d.category, d.opened, d.ended, d.nth
    FROM moved, unnest($14::text[], $15::int[], $16::text[], $17::int[], $18::int[])
        WITH ORDINALITY AS d (area, day, category, opened, ended, nth)
), sorted AS (
    UPDATE rollup_categories r SET opened = r.opened + s.opened, ended = r.ended + s.ended
    FROM sorts s WHERE r.area = s.area AND r.day = s.day AND r.category = s.category
    RETURNING s.nth
), sorts_begun AS (
    INSERT INTO rollup_categories (area, day, category, opened, ended)
    SELECT area, day, category, opened, ended FROM sorts WHERE nth NOT IN (SELECT nth FROM sorted)
), took AS (
    INSERT INTO durations AS t (area, category, day, bucket, n)
    SELECT d.area, split_part(d.name, ' ', 1), date '2000-01-01' + d.day, d.bucket, d.n
    FROM moved, unnest($19::text[], $20::int[], $21::text[], $22::int[], $23::int[]) AS d (area, day, name, n, bucket)
    ON CONFLICT (area, category, day, bucket) DO UPDATE SET n = t.n + excluded.n
)
SELECT count(*)::int AS moved FROM moved
