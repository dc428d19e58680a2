-- Promise: the figures are the log's: folded anew from its first event to the cursor, it gives the roll-ups as they
-- stand. The same rules as services/reporting/rollups.h: a case is in one place (area and state) from its first event
-- on, and in one category while it is open; what an event moves leaves the old and enters the new; training and
-- restricted cases are left out. No age matters: figures and cursor are written together.
WITH cursor AS (SELECT xid, case_id, n FROM rollup_cursor WHERE name = 'rollups'),
zone AS (
    SELECT coalesce((SELECT definition ->> 'timezone' FROM calendars ORDER BY version DESC, code LIMIT 1), 'Asia/Shanghai')
        AS name
),
finals AS (
    SELECT DISTINCT s.key AS state
    FROM workflows w CROSS JOIN LATERAL jsonb_each(w.definition -> 'states') AS s (key, says)
    WHERE (s.says ->> 'final')::boolean
),
moves AS (
    SELECT (e.at AT TIME ZONE zone.name)::date AS day, e.n = 1 AS first, e.area, e.state, coalesce(e.category, '') AS category,
        coalesce(e.was ->> 'area', e.area) AS was_area, coalesce(e.was ->> 'state', e.state) AS was_state,
        coalesce(CASE WHEN e.was ? 'category' THEN e.was ->> 'category' ELSE e.category END, '') AS was_category,
        e.restricted, coalesce((e.was ->> 'restricted')::boolean, e.restricted) AS was_restricted
    FROM events e, cursor, zone
    WHERE (e.xid, e.case_id, e.n) <= (cursor.xid, cursor.case_id, cursor.n) AND NOT e.training
),
levels (digits, before) AS (VALUES (6, 0), (9, 6), (12, 9), (15, 12), (17, 15)),
places AS (
    SELECT m.*, l.digits,
        CASE WHEN NOT m.restricted AND length(m.area) >= l.digits AND ltrim(substr(m.area, l.before + 1, l.digits - l.before), '0') <> ''
            THEN left(m.area, l.digits) END AS enters,
        CASE WHEN NOT m.first AND NOT m.was_restricted AND length(m.was_area) >= l.digits
                AND ltrim(substr(m.was_area, l.before + 1, l.digits - l.before), '0') <> ''
            THEN left(m.was_area, l.digits) END AS leaves
    FROM moves m CROSS JOIN levels l
),
states AS (
    SELECT area, day, state, sum(more) AS entered, sum(less) AS left_
    FROM (
        SELECT enters AS area, day, state, 1 AS more, 0 AS less FROM places
        WHERE enters IS NOT NULL AND (leaves, was_state) IS DISTINCT FROM (enters, state)
        UNION ALL
        SELECT leaves, day, was_state, 0, 1 FROM places
        WHERE leaves IS NOT NULL AND (leaves, was_state) IS DISTINCT FROM (enters, state)
    ) AS one
    GROUP BY area, day, state
),
streets AS (
    SELECT m.day, m.category, m.was_category,
        CASE WHEN NOT m.restricted AND m.state NOT IN (SELECT state FROM finals)
            THEN CASE WHEN ltrim(substr(m.area, 7, 3), '0') <> '' THEN left(m.area, 9) ELSE left(m.area, 6) END
        END AS enters,
        CASE WHEN NOT m.first AND NOT m.was_restricted AND m.was_state NOT IN (SELECT state FROM finals)
            THEN CASE WHEN ltrim(substr(m.was_area, 7, 3), '0') <> '' THEN left(m.was_area, 9) ELSE left(m.was_area, 6) END
        END AS leaves
    FROM moves m
),
categories AS (
    SELECT area, day, category, sum(more) AS opened, sum(less) AS ended
    FROM (
        SELECT enters AS area, day, category, 1 AS more, 0 AS less FROM streets
        WHERE enters IS NOT NULL AND (leaves, was_category) IS DISTINCT FROM (enters, category)
        UNION ALL
        SELECT leaves, day, was_category, 0, 1 FROM streets
        WHERE leaves IS NOT NULL AND (leaves, was_category) IS DISTINCT FROM (enters, category)
    ) AS one
    GROUP BY area, day, category
)
SELECT 'states' AS figures, area, day, state AS name, s.entered AS more_by_the_log, r.entered AS more,
    s.left_ AS less_by_the_log, r.left_ AS less
FROM states s FULL JOIN rollup_states r USING (area, day, state)
WHERE (coalesce(s.entered, 0), coalesce(s.left_, 0)) <> (coalesce(r.entered, 0), coalesce(r.left_, 0))
UNION ALL
SELECT 'categories', area, day, category, c.opened, r.opened, c.ended, r.ended
FROM categories c FULL JOIN rollup_categories r USING (area, day, category)
WHERE (coalesce(c.opened, 0), coalesce(c.ended, 0)) <> (coalesce(r.opened, 0), coalesce(r.ended, 0))
ORDER BY 1, 2, 3, 4;
