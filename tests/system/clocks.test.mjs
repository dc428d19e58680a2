// Clocks of a case as people see them: each is explained interval by interval, in both languages; a deadline in a year whose
// holidays are not published is provisional and counted anew once they are; a warning and a breach come once, in time.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP } from '../lib/instance.mjs';
import { WorkTime } from '../lib/worktime.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012004', SLOW = 'old-compound', PLAIN = 'litter'; // 30 working days; 2

describe('clocks', () => {
    let house, admin, leader, calendar;
    before(async () => {
        house = await Instance.up({ name: 'clocks' });
        admin = house.client('admin');
        leader = house.client(`${GRID}-leader`);
        calendar = JSON.parse(readFileSync(join(TOP, 'ops/sample/calendar.json'), 'utf8'));
    });
    after(async () => {
        try {
            await house?.verify();
        } finally {
            await house?.down();
        }
    });

    const open = async (category) => {
        const report = (await admin.post('/api/v1/reports', { text: '量一量时间', category, area: GRID })).json;
        return waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${report.number}`)).json.items[0]);
    };
    const clocks = async (id, client = leader) => Object.fromEntries((await client.get(`/api/v1/cases/${id}/clocks`)).json.clocks.map((one) => [one.clock, one]));
    const types = async (id) => (await house.sql(`SELECT type FROM events WHERE case_id = ${id} ORDER BY n`)).map(([type]) => type);

    it('each is explained: what it counts, whose it is, when it ends', async () => {
        const { id } = await open(PLAIN);
        const all = await clocks(id);
        assert.deepEqual(Object.keys(all).sort(), ['accept', 'answer', 'resolve']);
        assert.equal(all.accept.title, '接单');
        assert.equal(all.accept.owner, 'holder');
        assert.deepEqual(all.accept.limit, { n: 120, unit: 'work_minute' });
        assert.ok(all.accept.why.length > 0 && all.accept.why.every((line) => /[\u4e00-\u9fff]/.test(line)), all.accept.why.join('\n'));
        const english = (await house.client(`${GRID}-leader`, { english: true }).get(`/api/v1/cases/${id}/clocks`)).json.clocks;
        assert.equal(english.length, 3);
        assert.ok(english.every((one) => one.why.length > 0 && one.why.every((line) => !/[\u4e00-\u9fff]/.test(line))));
        const worktime = new WorkTime(calendar);
        for (const one of Object.values(all))
            assert.equal(Date.parse(one.due_at), worktime.deadline(Date.parse(one.started_at), one.limit), one.clock);
    });

    it('warned at 50 and 80 per cent, breached at the end, each once', async () => {
        const { id } = await open(PLAIN);
        assert.equal((await leader.post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': '"1"' } })).status, 200);
        const due = Date.parse((await clocks(id)).resolve.due_at);
        for (let hours = 1; Date.now() + hours * 3600e3 < due + 7200e3; hours += 2) {
            house.moveClock(hours * 3600);
            await waitFor('all that is due to have struck', async () => await house.count(`cases WHERE wake_at <= '${house.now().toISOString()}'`) === 0, { seconds: 20 });
        }
        const struck = await house.sql(`SELECT type, data ->> 'mark' FROM events WHERE case_id = ${id} AND data ->> 'clock' = 'resolve' ORDER BY n`);
        assert.deepEqual(struck.map(([, mark]) => mark), ['50', '80', '100']);
        assert.equal(struck.at(-1)[0], 'clock.breached');
        const [[state]] = await house.sql(`SELECT state FROM cases WHERE id = ${id}`);
        assert.equal(state, 'working', 'a breach supervises; the holder stays');
        await waitFor('the holder to be told', async () => (await leader.get('/api/v1/inbox')).json.items.some((one) => one.case === id && one.rule === 'breached'));
        assert.ok((await clocks(id)).resolve.overdue);
    });

    it('into a year that is not published: provisional, and counted anew once it is', async () => {
        const { id } = await open(SLOW);
        const before = (await clocks(id)).resolve;
        assert.equal(before.provisional, true, before.due_at);
        const year = Number(before.due_at.slice(0, 4));
        const day = before.due_at.slice(0, 10);
        const next = { ...calendar, years: [...calendar.years, year], holidays: [...calendar.holidays, day] };
        const answer = await admin.send('POST', '/api/v1/imports/calendars', { body: JSON.stringify(next), type: 'application/json' });
        assert.equal(answer.status, 200, answer.text);
        await waitFor('it to be counted anew', async () => (await types(id)).includes('clock.recounted'), { seconds: 20 });
        const after = (await clocks(id)).resolve;
        assert.equal(after.provisional, false);
        assert.ok(after.due_at > before.due_at, `${before.due_at} → ${after.due_at}`);
        assert.equal((await types(id)).filter((type) => type === 'clock.recounted').length, 1);
    });

    it('the clocks of a case that the caller may not see: 404; without a key: 401', async () => {
        const { id } = await open(PLAIN);
        assert.equal((await house.client('410103001001001-leader').get(`/api/v1/cases/${id}/clocks`)).status, 404);
        assert.equal((await house.client().get(`/api/v1/cases/${id}/clocks`)).status, 401);
    });
});
