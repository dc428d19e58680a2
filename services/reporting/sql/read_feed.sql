-- The log for others, in its order, after a position and below the horizon: no transaction that is still running can
-- write below what this returns. A filter matches the area before or after, so who loses a case sees it go.
-- $1 xid8, $2 int8 case, $3 int4 n: the position; $4 int4 how many rows to walk at most; $5 int4 how many;
-- $6 text[] lows, $7 text[] highs: ranges of area codes; $8 text[] types, or null; $9 text what the caller may see;
-- $10 text what veils texts, as is_veiled wants it: then nothing that was given with an action is among the data
-- Columns: as enum store_event in store.h; matches false: only marks where the walk ended
-- Tables: events, cases, tasks, staff, parties (read) · Locks: none
SELECT w.xid, w.case_id, w.n, w.matches, w.type, w.at, w.deciding,
    (SELECT s.code FROM staff s WHERE s.id = w.actor) AS actor,
    w.area, w.category, w.level, w.state,
    (SELECT s.code FROM staff s WHERE s.id = w.holder) AS holder,
    (SELECT y.code FROM parties y WHERE y.id = w.party) AS party,
    w.was::text,
    (SELECT s.code FROM staff s
     WHERE s.id = CASE WHEN w.was->>'holder' ~ '^[0-9]{1,18}$' THEN (w.was->>'holder')::bigint END) AS was_holder,
    (SELECT y.code FROM parties y
     WHERE y.id = CASE WHEN w.was->>'party' ~ '^[0-9]{1,9}$' THEN (w.was->>'party')::int END) AS was_party,
    CASE WHEN (SELECT is_veiled(c, $10::text::jsonb) FROM cases c WHERE c.id = w.case_id)
        THEN (w.data::jsonb - '{input,asked,facts}'::text[])::text ELSE w.data::text END AS data
FROM (
    SELECT e.*, lead(1) OVER (ORDER BY e.xid, e.case_id, e.n) IS NULL AS last,
        NOT e.training
        AND ($8::text[] IS NULL OR e.type = ANY ($8::text[]))
        AND EXISTS (
            SELECT FROM unnest($6::text[], $7::text[]) AS r (low, high)
            WHERE e.area >= r.low AND e.area < r.high
                OR (e.was->>'area') COLLATE "C" >= r.low AND (e.was->>'area') COLLATE "C" < r.high)
        AND NOT EXISTS (SELECT FROM cases c WHERE c.id = e.case_id AND c.restricted AND NOT may_see(c, $9::text::jsonb))
        AS matches
    FROM (
        SELECT * FROM events
        WHERE xid >= $1::xid8 AND (xid, case_id, n) > ($1::xid8, $2::bigint, $3::int)
            AND xid < pg_snapshot_xmin(pg_current_snapshot())
        ORDER BY xid, case_id, n LIMIT $4::int
    ) AS e
) AS w
WHERE w.matches OR w.last
ORDER BY w.xid, w.case_id, w.n LIMIT $5::int
