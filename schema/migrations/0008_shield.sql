-- Why: a link, a reporter's number and a mail opened what the case itself does not. Whether somebody may have a case in
-- hand is now asked of the same rule when they are given it: by hand (triage), by a link (registry), by mail
-- (notification).
-- Expands only: may_see answers as before, but for the person of a one-task link.

-- The first code after those inside an area (wg_area_next): of 410103007 it is 410103008, of 410103009 41010301.
CREATE FUNCTION area_next(code text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT CASE rtrim(code, '9') WHEN '' THEN ':'
        ELSE left(rtrim(code, '9'), -1) || chr(ascii(right(rtrim(code, '9'), 1)) + 1) END
$$;

-- What a member of staff may see who has logged in: the sight that common/access writes of a caller (wg_sight_write), for
-- where there is none: a mail, a link that is to be made.
CREATE FUNCTION sight_of(person bigint, at timestamptz) RETURNS jsonb LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT jsonb_build_object(
        'staff', person,
        'party', (SELECT s.party_id FROM staff s WHERE s.id = person),
        'all', coalesce(bool_or(p.post = 'administrator' AND a.parent_id IS NULL), false),
        'open', coalesce(jsonb_agg(jsonb_build_array(a.code, area_next(a.code))) FILTER (WHERE p.post <> 'handler'), '[]'),
        'hidden', coalesce(jsonb_agg(jsonb_build_array(a.code, area_next(a.code))) FILTER (WHERE x.reads = 'always'), '[]'),
        'waiting', coalesce(jsonb_agg(jsonb_build_array(a.code, area_next(a.code))) FILTER (WHERE x.reads = 'waiting'), '[]'),
        'posts', coalesce(jsonb_agg(a.code) FILTER (WHERE p.post <> 'handler'), '[]'))
    FROM (
        SELECT h.post, h.area_id FROM posts h
        WHERE h.staff_id = person AND h.valid_from <= at AND (h.valid_to IS NULL OR h.valid_to > at)
        UNION
        SELECT d.post, d.area_id FROM duty d
        WHERE d.staff_id = person AND d.kind <> 'leave' AND d.starts_at <= at AND d.ends_at > at) AS p
    JOIN areas a ON a.id = p.area_id
    LEFT JOIN restricted_readers x ON x.post = p.post
$$;

-- False for whoever has posts (codes of their areas), but all of them below the chief of whom the case is about.
CREATE FUNCTION above_shield(c cases, posts jsonb) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
    SELECT c.shield IS NULL OR coalesce(jsonb_array_length(posts), 0) = 0 OR EXISTS (
        SELECT FROM jsonb_array_elements_text(posts) AS p WHERE NOT starts_with(p, c.shield) OR p = c.shield)
$$;

-- Whether the case may be put into somebody's hands: never into those of whom it is about, nor of anyone below their chief.
CREATE FUNCTION may_have(c cases, person bigint, at timestamptz) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT (c.about IS NULL OR c.about IS DISTINCT FROM person)
        AND (c.shield IS NULL OR above_shield(c, sight_of(person, at) -> 'posts'))
$$;

-- As in 0005, and: of a link person is who has it, at the moment of the request.
CREATE OR REPLACE FUNCTION may_see(c cases, sight jsonb) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        c.about IS DISTINCT FROM (sight ->> 'staff')::bigint OR c.about IS NULL, false)
    AND coalesce(
        (sight ->> 'all')::boolean
        OR CASE (sight ->> 'link')::bigint
            WHEN c.id THEN may_have(c, (sight ->> 'person')::bigint, (sight ->> 'at')::timestamptz) END
        OR EXISTS (
            SELECT FROM jsonb_array_elements(CASE WHEN c.restricted THEN sight -> 'hidden' ELSE sight -> 'open' END) AS r
            WHERE coalesce(c.shield, c.area) >= (r ->> 0) COLLATE "C" AND coalesce(c.shield, c.area) < (r ->> 1) COLLATE "C")
        OR c.holder IS NULL AND c.party IS NULL AND EXISTS (
            SELECT FROM jsonb_array_elements(sight -> 'waiting') AS r
            WHERE coalesce(c.shield, c.area) >= (r ->> 0) COLLATE "C" AND coalesce(c.shield, c.area) < (r ->> 1) COLLATE "C")
        OR (c.holder = (sight ->> 'staff')::bigint
                OR c.party = (sight ->> 'party')::int
                OR EXISTS (
                    SELECT FROM json_array_elements(c.more -> 'chain') AS l
                    WHERE (l ->> 'holder')::bigint = (sight ->> 'staff')::bigint
                        OR (l ->> 'party')::int = (sight ->> 'party')::int)
                OR EXISTS (
                    SELECT FROM tasks t
                    WHERE t.case_id = c.id
                        AND (t.staff = (sight ->> 'staff')::bigint OR t.party = (sight ->> 'party')::int)))
            -- in their hands; but never in those of anyone below the chief of whom it is about
            AND above_shield(c, sight -> 'posts'),
        false)
$$;

-- A mail about a case that is not its reader's to see (any more) is neither sent nor failed.
ALTER TABLE deliveries DROP CONSTRAINT deliveries_state_check;
ALTER TABLE deliveries ADD CONSTRAINT deliveries_state_check CHECK (state IN ('waiting', 'sent', 'failed', 'withheld'));
