-- One writer for each table, by role and GRANT (law 2). Run by ops/migrate after every migration, and whenever it is
-- called: it takes everything away and gives it anew, in one transaction, so that it also mends.
-- The exceptions, each with its rule:
--   reports           intake writes what was said, triage the parts of what it splits
--   arrivals          whoever writes a report inserts it; triage takes (deletes, and moves due_at, tries, reason)
--   notices           triage inserts; notification takes, the same way
--   audit             every service adds, nobody changes
--   instances         every service writes its own row
--   sessions, links   registry; every service moves used_at on
--   registry_version  registry raises its kinds, triage raises `workflows`
--   reporters         intake inserts; registry deletes when their time is over
-- Reading is wider than writing, but what is sealed and what the keys are is read by those alone who need it.

DO $$
DECLARE thing record;
BEGIN
    -- Only what is ours: PostGIS's own tables are open to everybody. Columns go with their table.
    FOR thing IN SELECT relkind, oid::regclass AS name FROM pg_class
                 WHERE relkind IN ('r', 'v', 'S') AND relnamespace = 'public'::regnamespace
                   AND relowner = 'wangge-owner'::regrole LOOP
        EXECUTE format(
            'REVOKE ALL ON %s %s FROM "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting", "wangge-bus"',
            CASE thing.relkind WHEN 'S' THEN 'SEQUENCE' ELSE 'TABLE' END, thing.name);
    END LOOP;
END $$;
GRANT USAGE ON SCHEMA public
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting", "wangge-bus";

-- ---------------------------------------------------------------- shared

GRANT SELECT ON schema_version, registry_version, epoch
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting";
GRANT SELECT ON schema_version TO "wangge-bus";
GRANT SELECT, INSERT, UPDATE ON instances
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting", "wangge-bus";
GRANT INSERT ON audit
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting";

-- Who calls, and what they may: common/access in every service. Sealed contacts are not among the columns.
GRANT SELECT ON api_keys, areas, posts, categories, calendars, duty, places, competence, restricted_readers
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting";
GRANT SELECT (id, code, name, name_en, tags, has_email, left_at, party_id, successor_id) ON staff
    TO "wangge-intake", "wangge-triage", "wangge-reporting";
GRANT SELECT (id, code, name, name_en, kind, area_id, calendar, retired_at) ON parties
    TO "wangge-intake", "wangge-triage", "wangge-reporting";

-- Each finds its own callers, and moves a session's or a link's last use on: the exception beside those at the top.
GRANT SELECT, UPDATE (used_at) ON sessions, links
    TO "wangge-registry", "wangge-intake", "wangge-triage", "wangge-notification", "wangge-reporting";

-- ---------------------------------------------------------------- registry: who and where

GRANT SELECT, INSERT, UPDATE, DELETE ON areas, area_codes, area_addresses, places, parties, staff, posts, duty,
    categories, calendars, competence, imports, import_staging, restricted_readers TO "wangge-registry";
GRANT INSERT, UPDATE ON api_keys, links TO "wangge-registry"; -- a key or link is revoked, never deleted
GRANT SELECT, INSERT, UPDATE, DELETE ON sessions, login_failures, staff_identities TO "wangge-registry";
GRANT SELECT, INSERT, UPDATE ON passwords TO "wangge-registry";
GRANT SELECT (id, area, restricted) ON cases TO "wangge-registry"; -- who may make a link to it
GRANT UPDATE ON registry_version TO "wangge-registry";
GRANT USAGE ON SEQUENCE areas_id_seq TO "wangge-registry"; -- an import gives new areas their ids before it swaps
GRANT SELECT ON audit, reporters TO "wangge-registry"; -- reveals one at a time, with a reason
GRANT SELECT, INSERT ON looks TO "wangge-registry"; -- and writes down each look
GRANT DELETE ON reporters TO "wangge-registry"; -- when their time is over
GRANT SELECT, INSERT ON forgotten TO "wangge-registry";
GRANT SELECT ON cases, tasks, case_reports, workflows TO "wangge-registry"; -- whose report it is, and whether its case has ended
GRANT SELECT (case_id, n, at) ON events TO "wangge-registry";
GRANT SELECT (id, received_at) ON reports TO "wangge-registry";
GRANT EXECUTE ON FUNCTION wipe_training TO "wangge-registry"; -- for an administrator, with a reason
GRANT SELECT ON looks, forgotten TO "wangge-reporting"; -- which the reporter is shown

-- ---------------------------------------------------------------- intake: facts, never changed

GRANT SELECT, INSERT ON reports, arrivals TO "wangge-intake";
GRANT INSERT ON reporters TO "wangge-intake"; -- sealed: it can write them and not read them
GRANT SELECT (report_id) ON reporters TO "wangge-intake"; -- ON CONFLICT needs the key
GRANT USAGE ON SEQUENCE report_ids TO "wangge-intake";

-- ---------------------------------------------------------------- triage: state

GRANT SELECT, INSERT, UPDATE ON cases, tasks TO "wangge-triage";
GRANT SELECT, INSERT ON case_reports, events, action_keys, workflows TO "wangge-triage";
GRANT SELECT, DELETE, UPDATE (due_at, tries, reason, set_aside_at) ON arrivals TO "wangge-triage";
GRANT SELECT, INSERT ON notices TO "wangge-triage";
GRANT INSERT ON reports, arrivals TO "wangge-triage"; -- the parts of a case that is split
GRANT USAGE ON SEQUENCE report_ids TO "wangge-triage";
GRANT UPDATE ON registry_version TO "wangge-triage";
GRANT SELECT ON reports, area_addresses TO "wangge-triage";
GRANT SELECT (report_id, consent, has_email) ON reporters TO "wangge-triage";

-- ---------------------------------------------------------------- notification: deliveries

GRANT SELECT, INSERT, UPDATE ON deliveries TO "wangge-notification";
GRANT SELECT, DELETE, UPDATE (due_at, tries, reason, set_aside_at) ON notices TO "wangge-notification";
GRANT SELECT ON cases, case_reports, events, tasks, reports, reporters, staff, parties, workflows TO "wangge-notification";

-- ---------------------------------------------------------------- reporting: its own figures, and reading

GRANT SELECT, INSERT, UPDATE, DELETE ON rollup_states, rollup_categories, durations TO "wangge-reporting";
GRANT SELECT, INSERT, UPDATE, DELETE ON rate_facts TO "wangge-reporting";
GRANT SELECT, INSERT, UPDATE ON rollup_cursor TO "wangge-reporting";
GRANT SELECT ON reports, arrivals, cases, tasks, case_reports, events, notices, deliveries, workflows TO "wangge-reporting";
GRANT SELECT (report_id, consent, has_email) ON reporters TO "wangge-reporting";
