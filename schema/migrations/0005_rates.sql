-- Why: who may see a restricted case or a complaint about a worker, how long cases took, and rates from history.
-- Expands only: every column is empty or has a default, so that programs that do not know it go on.

-- ---------------------------------------------------------------- who may see

-- Owner: registry. Read by every service, with each post (common/sql/find_caller.sql). A post that is not here reads
-- restricted cases only where it has them in hand. `waiting`: and while nobody has them in hand, since who dispatches
-- must know what.
CREATE TABLE restricted_readers (
    post text PRIMARY KEY, reads text NOT NULL CHECK (reads IN ('always', 'waiting'))
);
INSERT INTO restricted_readers VALUES
    ('secretary', 'always'), ('coordinator', 'always'), ('director', 'always'), ('supervisor', 'always'),
    ('dispatcher', 'waiting');

-- Owner: intake. The member of staff whom a report complains about.
ALTER TABLE reports ADD about text COLLATE "C";
-- Owner: triage. Whom it is about, and the area above their highest post: only who has a post there or above it reads
-- the case. Who is shielded is restricted too.
ALTER TABLE cases ADD about bigint, ADD shield text COLLATE "C",
    ADD CHECK (shield IS NULL OR restricted);
CREATE INDEX tasks_of_party ON tasks (party, case_id, k) WHERE party IS NOT NULL;
CREATE INDEX tasks_of_staff ON tasks (staff, case_id, k) WHERE staff IS NOT NULL;
CREATE INDEX cases_party ON cases (party, state, due_at) WHERE party IS NOT NULL;
-- Owner: triage. As the case was after the event; `was` names `restricted` where the event changed it. Figures leave
-- restricted cases out, whoever reads them.
ALTER TABLE events ADD restricted boolean NOT NULL DEFAULT false;
UPDATE events e SET restricted = true FROM cases c WHERE c.id = e.case_id AND c.restricted;
-- What was folded counted them: it is folded anew.
DELETE FROM rollup_states;
DELETE FROM rollup_categories;
UPDATE rollup_cursor SET xid = '0', case_id = 0, n = 0, owner = '', due_at = '-infinity' WHERE name = 'rollups';

-- The one rule on who may see a case. sight is what common/access says of a caller (wg_sight_write):
--   all: everything · link: the case that a one-task link opens · staff, party: who it is, and for whom they act
--   open: ranges of codes [low, high) whose cases they read · hidden: those whose restricted cases they read, too
--   waiting: those whose restricted cases they read while nobody has them in hand · posts: codes of the areas of their posts
CREATE FUNCTION may_see(c cases, sight jsonb) RETURNS boolean LANGUAGE sql STABLE PARALLEL SAFE AS $$
    SELECT coalesce(
        c.about IS DISTINCT FROM (sight ->> 'staff')::bigint OR c.about IS NULL, false)
    AND coalesce(
        (sight ->> 'all')::boolean
        OR (sight ->> 'link')::bigint = c.id
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
            AND (c.shield IS NULL OR coalesce(jsonb_array_length(sight -> 'posts'), 0) = 0 OR EXISTS (
                SELECT FROM jsonb_array_elements_text(sight -> 'posts') AS p
                WHERE NOT starts_with(p, c.shield) OR p = c.shield)),
        false)
$$;
