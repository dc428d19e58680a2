// Clocks of a case as people see them: each is explained interval by interval, in both languages; a deadline in a year whose
// holidays are not published is provisional and counted anew once they are; a warning and a breach come once, in time.
// Whose hours count is said by who answers for a clock, and by nothing else.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP } from '../lib/instance.mjs';
import { Person } from '../lib/person.mjs';
import { WorkTime } from '../lib/worktime.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012004', OTHER = '410103007012002', SLOW = 'old-compound', PLAIN = 'litter'; // 30 working days; 2

/** The last moment that a line names: its last date and its last time. */
function endOf(line) {
    const [, year, month, day] = [...line.matchAll(/(\d+)年(\d+)月(\d+)日/g)].at(-1), [, hour, minute, second = 0] = [...line.matchAll(/(\d\d):(\d\d)(?::(\d\d))?/g)].at(-1);
    return Date.UTC(year, month - 1, day, hour - 8, minute, second);
}

/** What a line counts, in seconds; a day counts as 24 hours. */
function countedBy(line) {
    const amount = line.split('，计 ')[1]?.split('（')[0] ?? '';
    const SIZES = { 个工作日: 86400, 天: 86400, 小时: 3600, 分钟: 60, 秒: 1 };
    return [...amount.matchAll(/(\d+) (个工作日|天|小时|分钟|秒)/g)].reduce((sum, [, n, unit]) => sum + n * SIZES[unit], 0);
}

function explained(clock) {
    const text = `${clock.clock} ${clock.due_at}\n${clock.why.join('\n')}`, due = Math.floor(Date.parse(clock.due_at) / 1000) * 1000;
    assert.equal(endOf(clock.why.at(-1)), due, text);
    if (clock.limit === null)
        return;
    const size = clock.limit.unit.endsWith('minute') ? 60 : 86400;
    const wanted = clock.limit.n * size + clock.extra_work_days * 86400, sum = clock.why.reduce((all, line) => all + countedBy(line), 0);
    assert.ok(Math.abs(sum - wanted) <= clock.why.length, `${sum} of ${wanted} s, each line being cut to the second: ${text}`);
}

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

    const open = async (category, area = GRID) => {
        const report = (await admin.post('/api/v1/reports', { text: '量一量时间', category, area })).json;
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

    it('whose hours: a task goes by its party\'s, the grid\'s clock by the city\'s, an area by its own; another calendar changes nothing', async () => {
        const always = { ...calendar, code: 'aaa', hours: [['00:00', '24:00']], workdays: [1, 2, 3, 4, 5, 6, 7], holidays: [], makeup: [], years: undefined };
        const answer = await admin.send('POST', '/api/v1/imports/calendars', { body: JSON.stringify(always), type: 'application/json' });
        assert.equal(answer.status, 200, answer.text);
        const here = (await admin.get(`/api/v1/areas/${OTHER}`)).json.properties;
        const changed = await admin.send('PATCH', `/api/v1/areas/${OTHER}`, { body: { calendar: 'aaa' }, headers: { 'If-Match': `"${here.version}"` } });
        assert.equal(changed.status, 200, changed.text);
        const ofArea = async () => clocks((await open(PLAIN, OTHER)).id, admin);
        await waitFor('the area to count by its own', async () => (await ofArea()).accept.calendar.code === 'aaa');
        const { accept, answer: citizen } = await ofArea();
        assert.equal(Date.parse(accept.due_at) - Date.parse(accept.started_at), 120 * 60000, 'through the night');
        assert.equal(citizen.calendar.code, 'aaa', 'the resident of this area, too');

        const { id } = await open(PLAIN);
        assert.equal((await clocks(id)).accept.calendar.code, 'city', 'of another area, though `aaa` comes first');
        const [one, coordinator] = [`${GRID}-leader`, '410103007-coordinator'].map((code) => new Person(house, code));
        await one.does(id, 'accept');
        await one.does(id, 'blow_whistle', { text: '夜间值守', tasks: [{ party: 'police-daxue', text: '到场' }, { party: 'cleaning', text: '清运' }] });
        await coordinator.told(id, 'asked-approval');
        await coordinator.does(id, 'grant', { text: '同意' });
        const all = await clocks(id), city = new WorkTime(calendar), length = (clock) => Date.parse(clock.due_at) - Date.parse(clock.started_at);
        assert.deepEqual([all['sign/1'], all['sign/2'], all.resolve].map((clock) => clock.calendar.code), ['round-the-clock', 'city', 'city']);
        assert.equal(length(all['sign/1']), 240 * 60000, 'the police are there at night');
        assert.equal(Date.parse(all['sign/2'].due_at), city.deadline(Date.parse(all['sign/2'].started_at), all['sign/2'].limit));
    });

    it('every explanation ends at the deadline and adds up to the limit and what was granted', async () => {
        const [one, secretary] = [`${GRID}-leader`, '410103007012-secretary'].map((code) => new Person(house, code));
        const plain = await open(PLAIN), slow = await open(SLOW), longer = await open(PLAIN);
        const { key } = (await admin.post('/api/v1/keys', { name: 'clocks', system: '12345' })).json;
        const ordered = (await house.client(undefined, { key }).post('/api/v1/reports', { text: '来件', category: SLOW, area: GRID, channel: 'system',
            source: { system: '12345', id: 'clocks-1', due_at: new Date(house.now().getTime() + 9 * 86400e3).toISOString() } })).json;
        await waitFor('its case', async () => await house.count(`cases WHERE id = ${ordered.id}`) === 1);
        for (const id of [longer.id, ordered.id])
            await one.does(id, 'accept');
        await one.does(longer.id, 'ask_extension', { days: 2, text: '备料' });
        await secretary.does(longer.id, 'grant', { text: '同意' });
        assert.equal((await clocks(longer.id)).resolve.extra_work_days, 2);
        const capped = (await clocks(ordered.id, admin)).resolve;
        assert.equal(capped.due_at, capped.no_later_than, 'the outside date comes first');
        // Another version: what runs was counted by the former one, and is explained by it.
        const former = (await clocks(plain.id)).resolve.calendar.version;
        const newest = (await admin.get('/api/v1/calendars')).json.items.find((item) => item.code === 'city').definition;
        const free = [...newest.holidays, (await clocks(plain.id)).resolve.due_at.slice(0, 10)].filter((date, i, all) => all.indexOf(date) === i);
        const answer = await admin.send('POST', '/api/v1/imports/calendars', { body: JSON.stringify({ ...newest, code: 'city', holidays: free, makeup: newest.makeup.filter((date) => !free.includes(date)) }), type: 'application/json' });
        assert.equal(answer.status, 200, answer.text);
        await waitFor('triage to count by it', async () => (await clocks((await open(PLAIN)).id)).resolve.calendar.version === former + 1);
        assert.equal((await clocks(plain.id)).resolve.calendar.version, former);
        for (const { id } of [plain, slow, longer, ordered])
            for (const clock of Object.values(await clocks(id, admin)))
                explained(clock);
    });

    it('the clocks of a case that the caller may not see: 404; without a key: 401', async () => {
        const { id } = await open(PLAIN);
        assert.equal((await house.client('410103001001001-leader').get(`/api/v1/cases/${id}/clocks`)).status, 404);
        assert.equal((await house.client().get(`/api/v1/cases/${id}/clocks`)).status, 401);
    });
});
