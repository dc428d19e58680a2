-- A person's inbox, newest first; walks so many rows at most, then the page is short and has a cursor.
-- $1 int8 staff; $2 int8 only ids below; $3 bool only unread; $4 int4 how many; $5 int4 how many rows to walk at most;
-- $6 text what the person may see; $7 text what veils texts, as veiled wants it
-- Columns: id, matches (false: only marks where the walk ended), nth, case, n, rule, at, read_at, received_at of the
--   case's first report, title, workflow, state at the event, due_at, clocks, state now, the time that the event names
--   (when they meet), and its words where it names one
-- Tables: deliveries, cases, tasks, events, reports (read) · Locks: none
SELECT w.id, w.matches, w.nth, w.case_id, w.n, w.rule, w.created_at, w.read_at,
    (SELECT p.received_at FROM reports p WHERE p.id = w.case_id) AS received_at,
    (SELECT veiled(c, $7::text::jsonb, c.title) FROM cases c WHERE c.id = w.case_id) AS title,
    (SELECT c.workflow FROM cases c WHERE c.id = w.case_id) AS workflow,
    (SELECT e.state FROM events e WHERE e.case_id = w.case_id AND e.n = w.n) AS state,
    (SELECT c.due_at FROM cases c WHERE c.id = w.case_id) AS due_at,
    (SELECT c.clocks::text FROM cases c WHERE c.id = w.case_id) AS clocks,
    (SELECT c.state FROM cases c WHERE c.id = w.case_id) AS state_now,
    (SELECT (e.data #>> '{input,at}')::timestamptz FROM events e WHERE e.case_id = w.case_id AND e.n = w.n) AS meets_at,
    (SELECT veiled(c, $7::text::jsonb, e.data #>> '{input,text}') FROM events e JOIN cases c ON c.id = e.case_id
        WHERE e.case_id = w.case_id AND e.n = w.n AND e.data #>> '{input,at}' IS NOT NULL) AS about
FROM (
    SELECT d.*, row_number() OVER (ORDER BY d.id DESC) AS nth, lead(1) OVER (ORDER BY d.id DESC) IS NULL AS last,
        d.channel = 'inbox' AND (NOT $3::boolean OR d.read_at IS NULL)
            AND NOT EXISTS (SELECT FROM cases c WHERE c.id = d.case_id AND c.restricted AND NOT may_see(c, $6::text::jsonb)) AS matches
    FROM (
        SELECT id, channel, case_id, n, rule, created_at, read_at
        FROM deliveries WHERE staff = $1::bigint AND id < $2::bigint ORDER BY id DESC LIMIT $5::int
    ) AS d
) AS w
WHERE w.matches OR w.last
ORDER BY w.id DESC LIMIT $4::int
