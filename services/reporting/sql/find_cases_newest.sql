-- Newest cases of a wide scope: walks the primary key downwards and stops when the page is full, or after so many
-- rows that the page comes back short with a cursor (a filter that matches little never costs a long scan).
-- $1 text[] lows, $2 text[] highs: the ranges of area codes, low <= code < high; $3 text[] states, $4 text level,
-- $5 text category, $6 text reason, $7 bool overdue (each null: any); $8 timestamptz now, $9 text[] final states;
-- $10 text what the caller may see, as may_see wants it; $11 int8 only ids below; $12 int4 how many; $13 text what it
-- waits for (null: any)
-- $14 int4 how many rows to walk at most
-- Columns: id; matches (false: only marks where the walk ended); nth row of the walk
-- Tables: cases, tasks (read) · Locks: none
SELECT id, matches, nth
FROM (
    SELECT c.id, row_number() OVER (ORDER BY c.id DESC) AS nth, lead(1) OVER (ORDER BY c.id DESC) IS NULL AS last,
      ($3::text[] IS NULL OR c.state = ANY ($3::text[]))
      AND ($4::text IS NULL OR c.level = $4::text)
      AND ($5::text IS NULL OR c.category = $5::text)
      AND ($6::text IS NULL OR c.reason = $6::text)
      AND ($7::boolean IS NULL
           OR (coalesce(c.due_at < $8::timestamptz, false) AND c.state <> ALL ($9::text[])) = $7::boolean)
      AND c.seen
      AND ($13::text IS NULL OR c.more ->> 'face' = $13::text)
      AND EXISTS (
          SELECT FROM unnest($1::text[], $2::text[]) AS r (low, high) WHERE c.area >= r.low AND c.area < r.high)
      AS matches
    FROM (
        SELECT k.id, k.area, k.state, k.level, k.category, k.reason, k.due_at, k.more,
            NOT k.restricted OR may_see(k, $10::text::jsonb) AS seen
        FROM cases k WHERE k.id < $11::bigint ORDER BY k.id DESC LIMIT $14::int
    ) AS c
) AS walk
WHERE matches OR last
ORDER BY id DESC LIMIT $12::int
