// PostgreSQL away, a service gone, a service that hangs: every route says so in our format and in time, intake refuses
// only after its patience, nobody exits in a loop, and all of it comes back without a restart.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance, KINDS } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { routes } from '../lib/routes.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012003', COORDINATOR = '410103007-coordinator';

describe('what is away', () => {
    let house, admin, leader, report;
    before(async () => {
        house = await Instance.up({ name: 'away' });
        admin = house.client('admin');
        leader = house.client(`${GRID}-leader`);
        report = (await admin.post('/api/v1/reports', { text: '先有一件', area: GRID })).json;
        await house.drain();
    });
    after(async () => {
        try {
            await house?.verify();
        } finally {
            await house?.down();
        }
    });

    const ask = (route) => (route.name.includes('/inbox') ? leader : admin).send(route.method, route.path, { body: route.body, type: route.type,
        headers: { ...route.headers, ...(route.route === '/api/v1/reports/{number}/actions' ? { Authorization: `Code ${report.query_code}` } : {}) } });
    const fill = () => routes({ '{number}': report.number, '{id}': report.id, '{code}': '410103' });

    it('PostgreSQL away: 503 on every route that needs it, with Retry-After, within ten seconds', async () => {
        const starts = () => Object.fromEntries(KINDS.map((kind) => [kind, house.pid(`${kind}-1`)]));
        const before = starts();
        await house.service('down', 'postgres-1');
        // A report that came just now waits for the patience of 5 s and is then refused with the reason.
        const began = Date.now();
        const refused = await admin.post('/api/v1/reports', { text: '此时没有数据库' });
        assert.equal(refused.status, 503, refused.text);
        assert.ok(Date.now() - began < 9000, `took ${Date.now() - began} ms`);
        // What a service keeps in memory it may still answer for two seconds (keys); a read waits for its patience of 5 s.
        await Promise.all(fill().filter((route) => route.statuses.includes(503)).map((route) =>
            waitFor(`${route.name} says 503`, async () => (await ask(route)).status === 503, { seconds: 20 })));
        assert.deepEqual(starts(), before, 'no process has exited');
        await house.service('up', 'postgres-1');
        await house.ready();
        assert.equal((await admin.post('/api/v1/reports', { text: '数据库回来了' })).status, 201);
        assert.deepEqual(starts(), before, 'and it all came back without a restart');
    });
    it('reports that flow while PostgreSQL is killed: none lost, none doubled', async () => {
        const load = new Load(house, { make: () => ({ area: GRID }) });
        load.start(40);
        for (let i = 0; i < 3; i++) {
            await waitFor('some to be answered', () => [...load.history.reports.values()].filter((one) => one.state === 'answered').length > 40 * (i + 1));
            house.kill('postgres-1');
            await waitFor('PostgreSQL again', async () => (await house.one('SELECT 1')) === '1');
        }
        await load.stop();
        await house.ready();
        await house.drain();
        const sums = load.history.check(await reportsOf(house, load.prefix));
        load.close();
        assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
        assert.ok(sums.answered > 100, JSON.stringify(sums));
    });
    it('a service that is gone: /readyz names it, its routes say 502, and the house goes on', async () => {
        await house.service('down', 'triage-1');
        const missing = await waitFor('/readyz names it', async () => {
            const { status, json } = await house.client().get('/readyz');
            return status === 503 && json;
        }, { seconds: 15 });
        assert.ok(missing.missing.some((one) => one.startsWith('triage')), JSON.stringify(missing));
        assert.equal((await admin.get('/api/v1/workflows')).status, 502);
        const waits = await admin.post('/api/v1/reports', { text: '先记下来', area: GRID });
        assert.equal(waits.status, 201, 'what people say is written down whoever is gone');
        assert.equal((await house.client().get(`/api/v1/reports/${waits.json.number}?code=${waits.json.query_code}`)).status, 200, 'and can be followed');
        // What is restricted is so before triage has taken it up: for whoever reads such cases there, and who wrote it down.
        const coordinator = house.client(COORDINATOR), reads = async (role, number) => (await house.client(role).get(`/api/v1/reports/${number}`)).status;
        const hidden = (await coordinator.post('/api/v1/reports', { text: '邻里纠纷', category: 'neighbour-dispute', area: GRID })).json.number;
        for (const [role, want] of [[`${GRID}-leader`, 404], [`${GRID.slice(0, 12)}-secretary`, 200], [`${GRID.slice(0, 12)}-dispatcher`, 200], [COORDINATOR, 200], ['410103003005-secretary', 404], ['admin', 200]])
            assert.equal(await reads(role, hidden), want, role);
        const own = (await house.client(`${GRID}-leader`).post('/api/v1/reports', { text: '邻里纠纷', category: 'neighbour-dispute', area: GRID })).json.number;
        assert.equal(await reads(`${GRID}-leader`, own), 200, 'who entered it');
        assert.equal(await reads(`${GRID}-leader`, waits.json.number), 200, 'what is not restricted is its area\'s');
        await house.service('up', 'triage-1');
        await house.ready();
        await waitFor('its case', async () => (await admin.get(`/api/v1/cases?report=${waits.json.number}`)).json.items.length === 1);
    });
    it('what cannot be read while a service starts is asked for again: it comes to work without a restart', async () => {
        await house.sql('REVOKE SELECT ON workflows FROM "wangge-reporting"');
        await house.service('restart', 'reporting-1');
        const pid = await waitFor('it runs', async () => house.pid('reporting-1'));
        await waitFor('it says what it lacks', async () => /workflows/.test((await house.client().get('/readyz')).text), { seconds: 20 });
        await house.sql('GRANT SELECT ON workflows TO "wangge-reporting"');
        await house.ready();
        assert.equal((await admin.post('/api/v1/reports', { text: '之后的一件', area: GRID })).status, 201);
        await house.drain(); // folded, too
        assert.equal(house.pid('reporting-1'), pid);
    });
    it('a service that hangs: 504 after half a minute; the others go on meanwhile, and without a bus the sweeps carry', async () => {
        house.kill('registry-1', 'SIGSTOP');
        const hanging = admin.get('/api/v1/parties', { timeoutMs: 60000 });
        assert.equal((await admin.get('/api/v1/cases')).status, 200);
        await house.service('down', 'bus-1');
        const at = Date.now();
        const said = (await admin.post('/api/v1/reports', { text: '没有总线', area: GRID })).json;
        await waitFor('its case by the sweep', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items.length === 1, { seconds: 15 });
        assert.ok(Date.now() - at < 12000);
        await house.service('up', 'bus-1');
        assert.equal((await hanging).status, 504);
        house.kill('registry-1', 'SIGCONT');
        await waitFor('it answers again', async () => (await admin.get('/api/v1/parties')).status === 200);
        await house.ready();
    });
});
