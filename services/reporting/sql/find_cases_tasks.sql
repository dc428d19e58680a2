-- Newest cases in which somebody has an open task, as a person or for their party: by the indexes on tasks, then sorted
-- (MATERIALIZED keeps the planner, which knows no parameters, from walking the table in the order of ids).
-- $1 text[] lows, $2 text[] highs: the ranges of area codes, low <= code < high; $3 text[] states, $4 text level,
-- $5 text category, $6 text reason, $7 bool overdue (each null: any); $8 timestamptz now, $9 text[] final states;
-- $10 text what the caller may see, as may_see wants it; $11 int8 only ids below; $12 int4 how many; $13 text what it
-- waits for (null: any)
-- $14 int8 staff id, $15 int4 party id (null: for none)
-- Columns: id; matches (always true); nth (0)
-- Tables: cases, tasks (read) · Locks: none
WITH found AS MATERIALIZED (
    SELECT c.id
    FROM cases c
    WHERE c.id IN (SELECT t.case_id FROM tasks t WHERE t.open AND t.staff = $14::bigint
        UNION SELECT t.case_id FROM tasks t WHERE t.open AND t.party = $15::int)
      AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS r (low, high) WHERE c.area >= r.low AND c.area < r.high)
      AND may_see(c, $10::text::jsonb)
      AND c.id < $11::bigint
      AND ($3::text[] IS NULL OR c.state = ANY ($3::text[]))
      AND ($4::text IS NULL OR c.level = $4::text)
      AND ($5::text IS NULL OR c.category = $5::text)
      AND ($6::text IS NULL OR c.reason = $6::text)
      AND ($7::boolean IS NULL
           OR (coalesce(c.due_at < $8::timestamptz, false) AND c.state <> ALL ($9::text[])) = $7::boolean)
      AND ($13::text IS NULL OR c.more ->> 'face' = $13::text)
)
SELECT id, true AS matches, 0::bigint AS nth FROM found ORDER BY id DESC LIMIT $12::int
