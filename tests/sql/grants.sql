-- Promise: one writer for each table, by role and GRANT. The whole matrix stands here; what is not in it may not be.
CREATE TEMP TABLE allowed (role text, "table" text, rights text);
INSERT INTO allowed VALUES
    ('registry', 'areas', 'iud'), ('registry', 'area_codes', 'iud'), ('registry', 'area_addresses', 'iud'), ('registry', 'places', 'iud'),
    ('registry', 'parties', 'iud'), ('registry', 'staff', 'iud'), ('registry', 'posts', 'iud'), ('registry', 'duty', 'iud'),
    ('registry', 'categories', 'iud'), ('registry', 'calendars', 'iud'), ('registry', 'competence', 'iud'), ('registry', 'looks', 'i'), ('registry', 'forgotten', 'i'), ('registry', 'reporters', 'd'), ('registry', 'import_staging', 'iud'), ('registry', 'imports', 'iud'),
    ('registry', 'api_keys', 'iu'), ('registry', 'links', 'iu'), ('registry', 'sessions', 'iud'), ('registry', 'login_failures', 'iud'),
    ('registry', 'staff_identities', 'iud'), ('registry', 'passwords', 'iu'), ('registry', 'registry_version', 'u'),
    ('intake', 'reports', 'i'), ('intake', 'arrivals', 'i'), ('intake', 'reporters', 'i'),
    ('triage', 'cases', 'iu'), ('triage', 'tasks', 'iu'), ('triage', 'case_reports', 'i'), ('triage', 'events', 'i'), ('triage', 'action_keys', 'i'),
    ('triage', 'workflows', 'i'), ('triage', 'arrivals', 'iud'), ('triage', 'reports', 'i'), ('triage', 'notices', 'i'), ('triage', 'registry_version', 'u'),
    ('notification', 'deliveries', 'iu'), ('notification', 'notices', 'ud'),
    ('reporting', 'rollup_states', 'iud'), ('reporting', 'rollup_categories', 'iud'), ('reporting', 'rollup_cursor', 'iu'),
    ('reporting', 'durations', 'iud'), ('reporting', 'rate_facts', 'iud'), ('registry', 'restricted_readers', 'iud');
INSERT INTO allowed SELECT role, t, r FROM unnest(ARRAY['registry', 'intake', 'triage', 'notification', 'reporting']) role,
    (VALUES ('audit', 'i'), ('instances', 'iu')) AS shared (t, r);
INSERT INTO allowed SELECT role, t, 'u' FROM unnest(ARRAY['intake', 'triage', 'notification', 'reporting']) role,
    (VALUES ('sessions'), ('links')) AS used (t); -- their used_at alone, see below

CREATE TEMP TABLE found AS
SELECT role, c.relname::text AS "table",
       CASE WHEN has_any_column_privilege('wangge-' || role, c.oid, 'INSERT') THEN 'i' ELSE '' END
       || CASE WHEN has_any_column_privilege('wangge-' || role, c.oid, 'UPDATE') THEN 'u' ELSE '' END
       || CASE WHEN has_table_privilege('wangge-' || role, c.oid, 'DELETE') THEN 'd' ELSE '' END AS rights
FROM unnest(ARRAY['registry', 'intake', 'triage', 'notification', 'reporting']) role, pg_class c
WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND c.relowner = 'wangge-owner'::regrole;
DELETE FROM found WHERE rights = '';

SELECT plan(11);
SELECT is_empty($$ SELECT * FROM found EXCEPT SELECT * FROM allowed $$, 'nobody may write more than docs/architecture.md says');
SELECT is_empty($$ SELECT * FROM allowed EXCEPT SELECT * FROM found $$, 'everybody may write what docs/architecture.md says');
SELECT ok(NOT has_column_privilege('wangge-intake', 'reporters', 'sealed', 'SELECT'), 'intake cannot read what it sealed');
SELECT ok(NOT has_column_privilege('wangge-reporting', 'reporters', 'sealed', 'SELECT'), 'reporting cannot read who reported');
SELECT ok(NOT has_column_privilege('wangge-triage', 'reporters', 'sealed', 'SELECT'), 'triage cannot read who reported');
SELECT ok(NOT has_column_privilege('wangge-reporting', 'staff', 'contact_sealed', 'SELECT'), 'reporting cannot read sealed contacts');
SELECT ok(NOT has_column_privilege('wangge-triage', 'arrivals', 'report_id', 'UPDATE'), 'triage moves an arrival''s time, not its report');
SELECT ok(NOT has_table_privilege('wangge-intake', 'cases', 'SELECT'), 'intake knows no cases');
SELECT is_empty($$ SELECT role, t, attname FROM unnest(ARRAY['intake', 'triage', 'notification', 'reporting']) role,
    unnest(ARRAY['sessions', 'links']) t, pg_attribute WHERE attrelid = t::regclass AND attnum > 0 AND attname <> 'used_at'
    AND has_column_privilege('wangge-' || role, t::regclass, attnum, 'UPDATE') $$, 'a service says that a session was used, and nothing else');
SELECT ok(NOT has_table_privilege('wangge-reporting', 'passwords', 'SELECT'), 'nobody but registry sees passwords');
SELECT is_empty($$ SELECT rolname FROM pg_roles WHERE rolname LIKE 'wangge-%' AND (rolsuper OR rolcreatedb OR rolcreaterole OR rolbypassrls) $$,
    'no service is more than a user');
SELECT * FROM finish();
