// Reporters' names and numbers are deleted when their time is over: so many days after the end of the case, not before,
// and not while it is open; the reporter is told, what was delivered to them still adds up. Time is moved, so this house
// is our own.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { Person } from '../lib/person.mjs';
import { waitFor } from '../lib/wait.mjs';

const DAYS = 30, GRID = '410103007012007', REPORTER = { name: '居民', phone: '13712345678', email: 'resident@example.net', consent: true };

describe('reporters are forgotten', () => {
    let house, admin;
    before(async () => {
        house = await Instance.up({ name: 'forget', sample: true, env: { WANGGE_REPORTER_DAYS: String(DAYS) } });
        admin = house.client('admin');
    });
    after(async () => {
        try {
            await house.verify({ setAside: true });
        } finally {
            await house.down();
        }
    });
    const report = async (more) => {
        const said = (await admin.post('/api/v1/reports', { text: '到期删除', reporter: REPORTER, ...more })).json;
        await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items[0]);
        return said;
    };
    const view = async (said) => (await house.client().get(`/api/v1/reports/${said.number}?code=${said.query_code}`)).json;
    const kept = (said) => house.count(`reporters WHERE report_id = ${said.id}`);

    it('those of ended cases, after their days; those of open ones stay', async () => {
        const ended = await report({}), open = await report({ category: 'litter', area: GRID });
        const dispatcher = house.client('410103-dispatcher'), seen = await dispatcher.get(`/api/v1/cases/${ended.id}`);
        const rejected = await dispatcher.post(`/api/v1/cases/${ended.id}/actions`, { action: 'reject', reason: 'no-matter', text: '没有具体事项' }, { headers: { 'If-Match': seen.headers.etag } });
        assert.equal(rejected.status, 200, rejected.text);
        await house.drain();
        house.moveClock((DAYS - 1) * 86400);
        const young = await report({ category: 'litter', area: GRID }); // what comes after it has been swept by then
        await house.ready();
        assert.deepEqual([await kept(ended), await kept(young)], [1, 1], 'a day before');
        house.moveClock((DAYS + 1) * 86400);
        await waitFor('it is deleted', async () => await kept(ended) === 0, { seconds: 20 });
        assert.equal(await kept(open), 1);
        assert.notEqual((await view(ended)).forgotten_at, null);
        assert.equal((await view(open)).forgotten_at, null);
        assert.equal(await house.one(`SELECT detail ->> 'n' FROM audit WHERE action = 'reporters.forgotten'`), '1');
        assert.deepEqual((await dispatcher.get(`/api/v1/reports/${ended.number}/reporter`)).json, { name: null, phone: null, email: null, consent: false });
    });
    it('of reports that were never taken up, after their days; of merged ones, when the case that they went to has ended', async () => {
        const litter = { category: 'litter', area: GRID }, master = await report({}), follower = await report({});
        const dispatcher = new Person(house, '410103-dispatcher');
        await dispatcher.does(follower.id, 'merge', { master: master.number });
        await house.drain();
        await house.service('down', 'triage-1');
        const aside = (await admin.post('/api/v1/reports', { text: '到期删除', reporter: REPORTER, ...litter })).json;
        await house.sql(`UPDATE arrivals SET set_aside_at = '${house.now().toISOString()}', reason = 'a test' WHERE report_id = ${aside.id}`);
        await house.service('up', 'triage-1');
        await house.ready();
        assert.equal(await kept(aside), 1);
        house.moveClock((2 * DAYS + 3) * 86400);
        await waitFor('it is deleted', async () => await kept(aside) === 0, { seconds: 60 });
        assert.deepEqual([await kept(master), await kept(follower)], [1, 1], 'the work goes on');
        await dispatcher.does(master.id, 'refer', { to: 'other', text: '由主管机关办理' });
        house.moveClock((3 * DAYS + 4) * 86400);
        await waitFor('both are deleted', async () => await kept(master) + await kept(follower) === 0, { seconds: 60 });
    });
});
