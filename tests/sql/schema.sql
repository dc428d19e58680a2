-- Promise: what the schema itself holds: one link a report, one report a key, no foreign keys on hot tables, codes in
-- collation "C", queues tuned for vacuum, nothing unlogged.
SELECT plan(13);
SELECT col_is_pk('case_reports', 'report_id', 'a report hangs on one case at most');
SELECT col_is_pk('events', ARRAY['case_id', 'n'], 'an event''s number is its own');
SELECT col_is_pk('notices', ARRAY['case_id', 'n', 'rule'], 'an event makes each notice once');
SELECT col_is_pk('action_keys', 'key', 'one action a key');
INSERT INTO reports (id, received_at, text, channel, key_hash) VALUES (1, '2026-01-01Z', 'x', 'web', '\x01');
SELECT throws_ok($$ INSERT INTO reports (id, received_at, text, channel, key_hash) VALUES (2, '2026-01-01Z', 'x', 'web', '\x01') $$,
    '23505', NULL, 'one report an Idempotency-Key');
SELECT lives_ok($$ INSERT INTO reports (id, received_at, text, channel) VALUES (3, '2026-01-01Z', 'x', 'web'), (4, '2026-01-01Z', 'x', 'web') $$,
    'any number of reports without a key');
SELECT throws_ok($$ INSERT INTO deliveries (case_id, n, rule, staff, report, channel, state, created_at) VALUES (1, 1, 'x', 1, 1, 'mail', 'sent', '2026-01-01Z') $$,
    '23514', NULL, 'a delivery has one recipient');
SELECT throws_ok($$ INSERT INTO api_keys (hash, name, created_at) VALUES (decode(repeat('00', 32), 'hex'), 'x', '2026-01-01Z') $$,
    '23514', NULL, 'a key is somebody''s');
SELECT is_empty($$ SELECT conrelid::regclass, conname FROM pg_constraint WHERE contype = 'f' AND conrelid IN
    ('reports'::regclass, 'arrivals'::regclass, 'cases'::regclass, 'case_reports'::regclass, 'events'::regclass, 'notices'::regclass,
     'deliveries'::regclass, 'rollup_states'::regclass, 'rollup_categories'::regclass, 'action_keys'::regclass) $$,
    'no foreign keys on what a report passes through');
SELECT is_empty($$ SELECT attrelid::regclass, attname FROM pg_attribute a JOIN pg_class c ON c.oid = attrelid
    WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND attname IN ('area', 'code') AND atttypid = 'text'::regtype
      AND c.relname IN ('areas', 'area_codes', 'reports', 'cases', 'events', 'rollup_states', 'rollup_categories')
      AND attcollation <> 'pg_catalog."C"'::regcollation $$, 'area codes compare byte by byte');
SELECT is_empty($$ SELECT c.relname FROM pg_class c WHERE c.relname IN ('arrivals', 'notices', 'deliveries', 'cases')
    AND NOT coalesce('autovacuum_vacuum_scale_factor=0.01' = ANY (c.reloptions), false) $$, 'queues are tuned for vacuum');
SELECT is_empty($$ SELECT relname FROM pg_class WHERE relkind = 'r' AND relpersistence = 'u' $$, 'nothing is unlogged');
SELECT ok((SELECT count(*) <= 7 AND count(*) FILTER (WHERE indpred IS NULL) <= 2 FROM pg_index WHERE indrelid = 'cases'::regclass),
    'at most seven indexes on cases, two of which hold them all');
SELECT * FROM finish();
