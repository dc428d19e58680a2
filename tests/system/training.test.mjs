// Training is marked from birth, goes nowhere, and can be wiped: each case wholly or not at all, whoever dies meanwhile; what is
// no training stays. Things are killed and wiped, so this house is our own.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { Person, problem } from '../lib/person.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012003', COMMUNITY = '410103007012', CASES = 1200;
const TABLES = { cases: 'training', events: 'training', tasks: 'training', reports: 'training', notices: 'training',
    deliveries: 'case_id IN (SELECT id FROM wiped)', reporters: 'report_id IN (SELECT id FROM wiped)', case_reports: 'case_id IN (SELECT id FROM wiped)',
    action_keys: 'case_id IN (SELECT id FROM wiped)', links: 'case_id IN (SELECT id FROM wiped)' };

describe('training', () => {
    let house, admin, leader, dispatcher;
    before(async () => {
        house = await Instance.up({ name: 'training' });
        admin = house.client('admin');
        leader = new Person(house, `${GRID}-leader`);
        dispatcher = new Person(house, `${COMMUNITY}-dispatcher`);
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });
    const say = (training, more = {}) => leader.reports('演练：路灯不亮。', { category: 'street-light', area: GRID, training, reporter: { phone: '000-0000', email: 'x@example.net', consent: true }, ...more }, undefined);
    const left = async () => Object.fromEntries(await Promise.all(Object.entries(TABLES).map(async ([table, where]) =>
        [table, Number(await house.one(`WITH wiped AS (SELECT unnest('{${ids.join(',')}}'::bigint[]) AS id) SELECT count(*) FROM ${table} WHERE ${where}`))])));
    const ids = [];

    it('all that can hang on a case goes with it; what is no training stays', async () => {
        const real = await say(false);
        await leader.does(real.id, 'accept');
        const [whole, master, merged] = [await say(true), await say(true), await say(true)];
        await dispatcher.does(whole.id, 'split_off', { text: '演练：垃圾。', category: 'litter', area: GRID });
        const part = await waitFor('the part', async () => (await dispatcher.sees(whole.id)).relations[0]);
        await dispatcher.does(merged.id, 'merge', { master: master.number });
        await leader.does(whole.id, 'accept');
        await leader.does(whole.id, 'study', { attendees: ['网格长'], at: house.now().toISOString(), text: '演练', tasks: [{ party: 'urban-management', text: '清扫' }] });
        await leader.link('dennis-daxue-handler', { case: whole.id }, '演练');
        await dispatcher.refused(merged.id, 'merge', { master: real.number }, 'illegal-action');
        ids.push(whole.id, master.id, merged.id, part.id);
        await house.drain();
        assert.ok((await left()).deliveries > 0);
        assert.equal(problem(await admin.post('/api/v1/training/wipe', {})), 'invalid-change');
        const before = (await leader.sees(real.id)).history;
        const { status, json, text } = await admin.post('/api/v1/training/wipe', { reason: '演练结束' });
        assert.deepEqual([status, json], [200, { wiped: 4, more: false }], text);
        assert.deepEqual(Object.values(await left()).filter((n) => n > 0), [], JSON.stringify(await left()));
        assert.deepEqual((await leader.sees(real.id)).history, before);
        const audit = (await admin.get('/api/v1/audit')).json.items.find((one) => one.action === 'training.wiped');
        assert.deepEqual([audit.detail.cases, audit.detail.reason], [4, '演练结束']);
        assert.deepEqual((await admin.post('/api/v1/training/wipe', { reason: '再来一次' })).json, { wiped: 0, more: false });
    });

    it('a part that waits to be taken up: more to come; what was set aside goes, too', async () => {
        const whole = await say(true), wipe = async () => (await admin.post('/api/v1/training/wipe', { reason: '演练结束' })).json;
        await house.drain();
        await house.service('down', 'triage-1');
        const another = async (id, more) => {
            await house.sql(`INSERT INTO reports SELECT (jsonb_populate_record(r, '${JSON.stringify({ id, ...more })}')).* FROM reports r WHERE id = ${whole.id}`);
            await house.sql(`INSERT INTO arrivals (report_id, due_at) VALUES (${id}, '${house.now().toISOString()}')`);
        };
        await another('900001', { parent: whole.id, key_hash: null });
        await another('900002', { key_hash: null });
        await house.sql("UPDATE arrivals SET set_aside_at = due_at, reason = 'a test' WHERE report_id = 900002");
        await house.sql(`INSERT INTO reporters SELECT (jsonb_populate_record(r, '{"report_id": 900002}')).* FROM reporters r WHERE report_id = ${whole.id}`);
        assert.deepEqual(await wipe(), { wiped: 1, more: true });
        assert.deepEqual(await Promise.all(['reports WHERE id', 'arrivals WHERE report_id', 'reporters WHERE report_id'].map((where) => house.count(`${where} = 900002`))), [0, 0, 0]);
        assert.deepEqual(await wipe(), { wiped: 0, more: true }, 'it is said as long as it is so');
        await house.sql("UPDATE arrivals SET set_aside_at = due_at, reason = 'a test' WHERE report_id = 900001");
        assert.deepEqual(await wipe(), { wiped: 2, more: false }, 'what is set aside holds nothing back');
        await house.service('up', 'triage-1');
        await house.ready();
        assert.equal(await house.count('arrivals'), 0);
    });

    it(`${CASES} cases, and PostgreSQL dies in the middle: each is there wholly or not at all; again ends it`, async () => {
        const lines = Array.from({ length: CASES }, (_, i) => JSON.stringify({ text: `演练 ${i}`, category: 'street-light', area: GRID, training: true })).join('\n');
        const upload = await admin.send('POST', '/api/v1/reports', { body: lines, type: 'application/x-ndjson', headers: { 'Idempotency-Key': `drill-${process.pid}` } });
        assert.equal(upload.status, 200);
        const count = (table) => house.count(`${table} WHERE training`);
        await waitFor('the cases', async () => await count('cases') === CASES, { seconds: 60 });
        await house.drain();
        let over = false;
        const asked = admin.post('/api/v1/training/wipe', { reason: '演练结束' }).finally(() => { over = true; }); // in slices of 500
        await waitFor('some to be wiped', async () => over || await count('cases') < CASES, { everyMs: 1 });
        house.kill('postgres-1');
        const { status, json } = await asked;
        assert.ok(status === 503 || (status === 200 && json.wiped === CASES), `${status}: it is told as it is`);
        await house.ready();
        await house.verify(); // nothing is half
        await waitFor('the rest is wiped', async () => {
            const answer = await admin.post('/api/v1/training/wipe', { reason: '演练结束' });
            return answer.status === 200 && answer.json.more === false;
        }, { seconds: 30 });
        assert.deepEqual([await count('cases'), await count('reports'), await count('events')], [0, 0, 0]);
        assert.equal(Number(await house.one(`SELECT sum((detail ->> 'cases')::int) FROM audit WHERE action = 'training.wiped'`)), 6 + CASES);
    });
});
