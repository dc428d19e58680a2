-- The cases behind a rate, newest first.
-- $1 int4 version; $2 text rate; $3 int4 first day since 2000-01-01, $4 int4 last; $5 text area, $6 text the first code
-- after it; $7 int4 part at least, $8 int4 part at most; $9 text why (null: any), $10 text category, $11 text party code
-- (null: any; 'none': without one); $12 text what the caller may see, as may_see wants it; $13 int8 only ids below; $14 int4 how many
-- Columns: id, true, 0: as of find_cases_area
-- Tables: rate_facts, cases, tasks, parties (read) · Locks: none
SELECT f.case_id, true AS matches, 0::bigint AS nth
FROM rate_facts f JOIN cases c ON c.id = f.case_id
WHERE f.version = $1::int AND f.rate = $2::text
    AND f.day BETWEEN date '2000-01-01' + $3::int AND date '2000-01-01' + $4::int
    AND f.area >= $5::text AND f.area < $6::text AND f.part BETWEEN $7::int AND $8::int
    AND ($9::text IS NULL OR f.why = $9::text) AND ($10::text IS NULL OR coalesce(nullif(f.category, ''), 'none') = $10::text)
    AND ($11::text IS NULL OR CASE WHEN $11::text = 'none' THEN f.party IS NULL
        ELSE f.party = (SELECT y.id FROM parties y WHERE y.code = $11::text) END)
    AND (NOT c.restricted OR may_see(c, $12::text::jsonb)) AND f.case_id < $13::bigint
ORDER BY f.case_id DESC LIMIT $14::int
