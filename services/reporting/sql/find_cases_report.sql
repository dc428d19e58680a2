-- The case that answers a report.
-- $1 text[] lows, $2 text[] highs: the ranges of area codes, low <= code < high; $3 text[] states, $4 text level,
-- $5 text category, $6 text reason, $7 bool overdue (each null: any); $8 timestamptz now, $9 text[] final states;
-- $10 text what the caller may see, as may_see wants it; $11 int8 only ids below; $12 int4 how many; $13 text what it
-- waits for (null: any)
-- $14 int8 report id, $15 text date of its number (YYMMDD), which must be the row's, in $16 text the city's zone
-- Columns: id; matches (always true); nth (0)
-- Tables: case_reports, reports, cases, tasks (read) · Locks: none
SELECT c.id, true AS matches, 0::bigint AS nth
FROM case_reports l
JOIN reports p ON p.id = l.report_id
JOIN cases c ON c.id = l.case_id
WHERE l.report_id = $14::bigint
      AND to_char(p.received_at AT TIME ZONE $16::text, 'YYMMDD') = $15::text
      AND may_see(c, $10::text::jsonb)
      AND EXISTS (SELECT FROM unnest($1::text[], $2::text[]) AS r (low, high) WHERE c.area >= r.low AND c.area < r.high)
      AND c.id < $11::bigint
      AND ($3::text[] IS NULL OR c.state = ANY ($3::text[]))
      AND ($4::text IS NULL OR c.level = $4::text)
      AND ($5::text IS NULL OR c.category = $5::text)
      AND ($6::text IS NULL OR c.reason = $6::text)
      AND ($7::boolean IS NULL
           OR (coalesce(c.due_at < $8::timestamptz, false) AND c.state <> ALL ($9::text[])) = $7::boolean)
      AND ($13::text IS NULL OR c.more ->> 'face' = $13::text)
ORDER BY c.id DESC LIMIT $12::int
