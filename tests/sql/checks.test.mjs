// Promise: schema/checks see what they say they see. Each query is empty on a sound world and returns a row when its
// one promise is broken; a check that never failed proves nothing.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../lib/cluster.mjs';
import { TOP } from '../lib/instance.mjs';

// One report that opened a case, dispatched to staff 7, its notice delivered, warned once, with a task; another that still
// stands in line, young.
const WORLD = `
INSERT INTO areas (id, code, level, name, name_en, valid_from) VALUES (1, '410103', 'district', '区', 'D', '2020-01-01Z');
INSERT INTO staff (id, code, name, name_en) VALUES (7, '410103-dispatcher', '派单员', 'Dispatcher'), (8, '410103-leader', '网格长', 'Leader');
INSERT INTO categories (code, name, name_en, grade, limits, responsible, position) VALUES ('litter', '垃圾', 'Litter', 'normal', '{}', 'leader', 1);
INSERT INTO workflows (name, hash, definition, loaded_at) VALUES ('request', '\\x00', '{"states": {"dispatched": {}, "working": {}, "closed": {"final": true}},
    "clocks": {"accept": {"owner": "holder"}}, "open": {"walk": ["dispatch"]}, "actions": {"dispatch": {"from": ["reported"]}},
    "tasks": {"states": {"assigned": {}, "answered": {"final": true}}}}', '2026-01-01Z');
INSERT INTO reports (id, received_at, text, category, channel) VALUES (1001, '2026-01-05 10:00Z', '垃圾', 'litter', 'web');
INSERT INTO reporters VALUES (1001, '\\x00', true, true);
INSERT INTO case_reports VALUES (1001, 1001);
INSERT INTO cases (id, version, decided, xid, workflow, state, level, grade, area_id, area, born_area_id, category, holder, title, training, opened_at, clocks)
    SELECT 1001, 3, 2, '902', id, 'working', 'grid', 'normal', 1, '410103', 1, 'litter', 7, '垃圾', false, '2026-01-05 10:00Z', '{}' FROM workflows;
INSERT INTO events (case_id, n, xid, type, at, deciding, area, category, level, state, holder, training, was, data) VALUES
    (1001, 1, '900', 'case.opened', '2026-01-05 10:00Z', true, '410103', 'litter', 'grid', 'dispatched', 7, false, NULL, '{}'),
    (1001, 2, '901', 'case.accepted', '2026-01-05 11:00Z', true, '410103', 'litter', 'grid', 'working', 7, false, '{"state": "dispatched"}', '{"effects": {"clocks": {"accept": {"start": 1, "due": 2}}}}'),
    (1001, 3, '902', 'clock.warned', '2026-01-05 11:30Z', false, '410103', 'litter', 'grid', 'working', 7, false, '{}', '{"clock": "accept", "mark": 80}');
INSERT INTO tasks (case_id, k, staff, state, open, text, training, opened_at) VALUES (1001, 1, 8, 'assigned', true, '看守', false, '2026-01-05 11:00Z');
INSERT INTO action_keys VALUES ('\\x01', '\\x02', 1001, 2, '2026-01-05 11:00Z');
INSERT INTO deliveries (case_id, n, rule, staff, channel, state, created_at, sent_at) VALUES
    (1001, 1, 'dispatched', 7, 'inbox', 'sent', '2026-01-05 10:00Z', '2026-01-05 10:00Z'),
    (1001, 1, 'dispatched', 7, 'mail', 'sent', '2026-01-05 10:00Z', '2026-01-05 10:00Z');
INSERT INTO reports (id, received_at, text, channel) VALUES (1002, '2026-01-05 11:59:55Z', '路灯', 'web');
INSERT INTO arrivals VALUES (1002, '2026-01-05 11:59:56Z');
UPDATE rollup_cursor SET xid = '902', case_id = 1001, n = 3;
INSERT INTO rollup_states (area, day, state, entered, left_)
    SELECT a, '2026-01-05', s, 1, CASE s WHEN 'dispatched' THEN 1 ELSE 0 END FROM unnest(ARRAY['410103']) a, unnest(ARRAY['dispatched', 'working']) s;
INSERT INTO rollup_categories (area, day, category, opened, ended) VALUES ('410103', '2026-01-05', 'litter', 1, 0);
`;
const NOTICE = (values) => `INSERT INTO notices (case_id, n, rule, staff, to_reporter, training, due_at) VALUES (${values}, '{7}', false, false, '2026-01-05 10:00Z')`;
const DELIVERY = (columns, values) => `INSERT INTO deliveries (case_id, n, rule, channel, created_at, ${columns}) VALUES (1001, 2, 'accepted', 'mail', '2026-01-05 10:00Z', ${values})`;

const BREAKS = {
    report_without_case: `INSERT INTO reports (id, received_at, text, channel) VALUES (1003, '2026-01-05 10:00Z', 'x', 'web')`,
    arrival_stuck: `UPDATE reports SET received_at = '2026-01-05 11:00Z' WHERE id = 1002`,
    arrival_without_report: `DELETE FROM reports WHERE id = 1002`,
    arrival_and_link: `INSERT INTO arrivals VALUES (1001, '2026-01-05 10:00Z')`,
    case_without_report: `UPDATE case_reports SET report_id = 1002`,
    link_to_nothing: `INSERT INTO case_reports VALUES (1099, 1001)`,
    one_task_link: `INSERT INTO links (hash, staff_id, case_id, purpose, rate, made_by, created_at, until) VALUES (decode(repeat('00', 32), 'hex'), 7, 1099, 'x', 5, 'staff:8', '2026-01-05Z', '2026-01-06Z')`,
    opened_once: `UPDATE events SET type = 'case.opened' WHERE n = 2`,
    report_joined_once: `INSERT INTO case_reports VALUES (1002, 1001)`,
    event_gap: `UPDATE events SET n = 4 WHERE n = 3`,
    event_without_case: `UPDATE events SET case_id = 5 WHERE n = 2`,
    log_order: `UPDATE events SET xid = '950' WHERE n = 1`,
    case_row: `UPDATE cases SET holder = 8`,
    shield: `UPDATE reports SET about = 'x' WHERE id = 1001`,
    rate_facts: `INSERT INTO rate_facts VALUES (1, 'return', 1099, '2026-01-05', '410103', 'litter', NULL, 0, NULL)`,
    event_was: `UPDATE events SET was = NULL`,
    event_time: `UPDATE events SET at = '2026-01-05 12:00Z' WHERE n = 1`,
    case_to_nothing: `UPDATE cases SET holder = 99`,
    case_area_code: `UPDATE areas SET code = '410104'`,
    case_waits_for_nobody: `UPDATE cases SET holder = NULL`,
    action_key_to_nothing: `UPDATE action_keys SET n = 9`,
    reporter_without_report: `UPDATE reporters SET report_id = 1099`,
    notice_overdue: NOTICE(`1001, 2, 'x'`),
    notice_without_event: NOTICE(`1001, 9, 'x'`),
    notice_and_delivery: NOTICE(`1001, 1, 'dispatched'`),
    delivery_without_event: `UPDATE deliveries SET n = 9`,
    delivery_to_nobody: `UPDATE deliveries SET staff = 99`,
    delivery_stuck: DELIVERY('staff, state, due_at', `7, 'waiting', '2026-01-05 11:00Z'`),
    effect_twice: `UPDATE deliveries SET channel = 'inbox'`,
    training_mail: `UPDATE cases SET training = true`,
    training_mark: `UPDATE events SET training = true WHERE n = 2`,
    part_of_case: `UPDATE reports SET parent = 5`,
    case_wakes: `UPDATE cases SET clocks = '{"accept": {}}', wake_at = '2026-01-05 11:00Z'`,
    clock_struck_twice: `INSERT INTO events SELECT case_id, 4, xid, type, at, deciding, actor, area, category, level, state, holder, party, training, was, data FROM events WHERE n = 3`,
    master_depth: `UPDATE cases SET master = 1001, more = '{"master": 1001}'`,
    task_of_case: `UPDATE tasks SET k = 2`,
    task_open: `UPDATE tasks SET state = 'answered'`,
    counters_differ: `UPDATE rollup_states SET entered = 5 WHERE state = 'working'`,
    calendar_to_nothing: `UPDATE areas SET calendar = 'nowhere'`,
    set_aside: `UPDATE arrivals SET set_aside_at = '2026-01-05 11:00Z', reason = 'poison'`,
};

describe('schema/checks', () => {
    let cluster;
    before(async () => {
        cluster = await Cluster.open();
    });
    after(() => cluster.close());

    const folder = join(TOP, 'schema/checks');
    const names = readdirSync(folder).filter((file) => file.endsWith('.sql')).map((file) => file.replace('.sql', ''));
    const rows = (name, change) => cluster.sql(`BEGIN; ${WORLD}; ${change}; ${readFileSync(join(folder, `${name}.sql`), 'utf8')}; ROLLBACK;`,
        'wangge', { age: 15, now: '2026-01-05T12:00:00Z' });

    it('each check is broken by one test, and each test is of a check', () => {
        assert.deepEqual(Object.keys(BREAKS).sort(), names.sort());
    });
    for (const name of names) {
        it(`${name}: empty on a sound world`, async () => {
            assert.deepEqual(await rows(name, 'SELECT WHERE false'), []);
        });
        it(`${name}: sees its broken promise`, async () => {
            assert.notDeepEqual(await rows(name, BREAKS[name] ?? 'SELECT WHERE false'), []);
        });
    }
    it('a clock that was counted anew may strike once more, and no more than that', async () => {
        const event = (n, data) => `INSERT INTO events SELECT case_id, ${n}, xid, type, at, deciding, actor, area, category, level, state, holder, party, training, was, '${JSON.stringify(data)}' FROM events WHERE n = 3`;
        const counted = (n, days) => event(n, { effects: { clocks: { accept: { start: 1, due: 9, limit: { n: days } } } } }), struck = (n) => event(n, { clock: 'accept', mark: 80 });
        const anew = [counted(4, 3), struck(5), counted(6, 5), struck(7)];
        assert.deepEqual(await rows('clock_struck_twice', anew.join('; ')), []);
        assert.equal((await rows('clock_struck_twice', [...anew, counted(8, 5), struck(9)].join('; '))).length, 1);
    });
    it('age leaves out what is young, and nothing more', async () => {
        const text = readFileSync(join(folder, 'arrival_stuck.sql'), 'utf8');
        const at = (age) => cluster.sql(`BEGIN; ${WORLD}; ${text}; ROLLBACK;`, 'wangge', { age, now: '2026-01-05T12:00:00Z' });
        assert.equal((await at(15)).length, 0);
        assert.equal((await at(0)).length, 1);
    });
});
