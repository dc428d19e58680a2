-- Takes the notices of these cases and writes what people will read: the delete is the claim, so two instances
-- that are told of the same case share nothing; who loses writes nothing.
-- $1 bigint[] cases · $2 timestamptz now · $3 text[] rules that this instance knows; others stay where they are
-- $4 text[] rules with channel inbox · $5 text[] rules with channel mail for staff · $6 text[] the same for reporters
-- $7 int4 n, $8 text rule: only this notice of the case (null: all of them)
-- Columns: case_id, n, rule, due_at, tries of each notice taken; staff: how many it names;
--          inbox, mail: deliveries written by the whole statement, the same in each row
-- Whoever reported is who said this or what was merged into it.
-- Tables: notices (delete), deliveries (insert), staff, cases, case_reports, reporters (read)
-- Locks: the notices taken, by primary key; waits for a sweep that holds one, for the length of its statement
-- coalesce() stands for `set_aside_at IS NULL`, so that only the key's index fits: the planner takes the queue for
-- empty and would otherwise read all of it for each batch.
WITH taken AS (
    DELETE FROM notices
    WHERE case_id = ANY ($1::bigint[]) AND rule = ANY ($3::text[]) AND coalesce(set_aside_at, '-infinity') = '-infinity'
      AND ($7::int4 IS NULL OR (n = $7 AND rule = $8::text))
    RETURNING case_id, n, rule, staff, to_reporter, training, due_at, tries
), made AS (
    INSERT INTO deliveries (case_id, n, rule, staff, report, channel, state, created_at, due_at, sent_at)
    SELECT t.case_id, t.n, t.rule, s.id, NULL::bigint, 'inbox', 'sent', $2::timestamptz, NULL::timestamptz, $2
    FROM taken t CROSS JOIN unnest(t.staff) AS s (id)
    WHERE t.rule = ANY ($4::text[])
    UNION ALL
    SELECT t.case_id, t.n, t.rule, s.id, NULL, 'mail', 'waiting', $2, $2, NULL
    FROM taken t CROSS JOIN unnest(t.staff) AS s (id)
    WHERE t.rule = ANY ($5::text[]) AND NOT t.training
      AND (SELECT p.has_email FROM staff p WHERE p.id = s.id)
    UNION ALL
    SELECT t.case_id, t.n, t.rule, NULL, r.report_id, 'mail', 'waiting', $2, $2, NULL
    FROM taken t CROSS JOIN LATERAL (
        SELECT l.report_id
        FROM (SELECT t.case_id AS id UNION ALL SELECT m.id FROM cases m WHERE m.master = t.case_id) AS c
        JOIN case_reports l ON (l.report_id = c.id AND l.case_id = c.id)
            OR (l.case_id = c.id AND l.case_id <> l.report_id) -- an index each
        WHERE (SELECT p.has_email AND p.consent FROM reporters p WHERE p.report_id = l.report_id)
        OFFSET 0
    ) AS r
    WHERE t.rule = ANY ($6::text[]) AND t.to_reporter AND NOT t.training
    RETURNING channel
)
SELECT case_id, n, rule, due_at, tries, coalesce(cardinality(staff), 0) AS staff,
       (SELECT count(*) FROM made WHERE channel = 'inbox') AS inbox,
       (SELECT count(*) FROM made WHERE channel = 'mail') AS mail
FROM taken;
