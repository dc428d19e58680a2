-- Leases mails that are due, counts the try before it is made, and returns what the letter says.
-- The lease outlasts the longest sending (40 s), whatever $2 says. Eight tries; the ninth claim gives up, so that
-- a mail that ends its sender does not do so for ever. A restricted case is not told by mail to whoever may not see it
-- (now: it may have changed hands since the notice): such a mail is withheld, and its row says so.
-- $1 timestamptz now · $2 timestamptz leased until, at least · $3 int4 how many
-- Columns: id, case_id, n, rule, tries, why it is given up (null: it is sent), created_at, staff, report; sealed: the recipient's contact;
--   report_id, received_at: of the report whose number the letter names (the reporter's own, or the case's);
--   title, due_at, reason of the case; state at the event and its words (the
--   resident's where a reporter is told); area and holder by name
-- Tables: deliveries (update); events, cases, tasks, reports, staff, posts, duty, reporters, areas, workflows (read)
-- Locks: the rows claimed; rows that somebody holds are passed over
-- By ctid, so that the plan does not depend on how large the planner takes the queue for: a queue is empty when it is
-- analysed and full when it matters.
WITH claimed AS (
    UPDATE deliveries d
    SET tries = least(d.tries + 1, 8), due_at = greatest($2::timestamptz, $1 + interval '45 seconds'),
        (state, reason) = (
            SELECT CASE WHEN k.kept THEN 'withheld' WHEN d.tries >= 8 THEN 'failed' ELSE 'waiting' END,
                CASE WHEN k.kept THEN 'not theirs to see'
                    WHEN d.tries >= 8 THEN 'gave up: ' || coalesce(d.reason, 'no answer') ELSE d.reason END
            FROM (SELECT d.staff IS NOT NULL AND EXISTS (SELECT FROM cases o
                WHERE o.id = d.case_id AND o.restricted AND NOT may_see(o, sight_of(d.staff, $1))) AS kept) AS k)
    WHERE d.ctid = ANY (ARRAY(
        SELECT ctid FROM deliveries
        WHERE state = 'waiting' AND due_at <= $1::timestamptz
        ORDER BY due_at LIMIT $3::int4 FOR UPDATE SKIP LOCKED
    ))
    RETURNING d.id, d.case_id, d.n, d.rule, d.tries, d.state, d.reason, d.created_at, d.staff, d.report
)
SELECT d.id, d.case_id, d.n, d.rule, d.tries, 
       CASE d.state WHEN 'withheld' THEN 'withheld' WHEN 'failed' THEN 'gave-up' END AS gave_up, d.created_at,
       d.staff, d.report, coalesce(s.contact_sealed, p.sealed) AS sealed,
       r.id AS report_id, r.received_at,
       CASE WHEN EXISTS (SELECT FROM jsonb_each(w.definition -> 'attributes') AS t (name, says)
                WHERE (t.says ->> 'hides')::boolean AND c.more -> t.name IS NOT NULL)
            THEN '内容已屏蔽 (content hidden)' ELSE c.title END AS title, c.due_at AS case_due_at, c.reason,
       e.state, words.state ->> 'zh' AS state_zh, words.state ->> 'en' AS state_en,
       a.name AS area_zh, a.name_en AS area_en, h.name AS holder_zh, h.name_en AS holder_en
FROM claimed d
LEFT JOIN events e ON e.case_id = d.case_id AND e.n = d.n
LEFT JOIN cases c ON c.id = d.case_id
LEFT JOIN reports r ON r.id = coalesce(d.report, d.case_id)
LEFT JOIN staff s ON s.id = d.staff
LEFT JOIN reporters p ON p.report_id = d.report AND p.consent
LEFT JOIN areas a ON a.id = c.area_id
LEFT JOIN staff h ON h.id = e.holder
LEFT JOIN workflows w ON w.id = c.workflow
LEFT JOIN LATERAL (
    SELECT CASE WHEN d.report IS NULL THEN coalesce(
               CASE WHEN e.holder IS NULL AND e.party IS NOT NULL THEN w.definition #> ARRAY['states', e.state, 'party'] END,
               w.definition #> ARRAY['states', e.state])
           ELSE w.definition #> ARRAY['states', e.state, 'resident'] END AS state
) AS words ON true;
