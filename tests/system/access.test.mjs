// Who may see and do what: every route with every role, inside and outside its area. What is not for somebody is as if
// it were not there; a wrong key is wrong everywhere; a revoked one is silent within two seconds.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { contract } from '../lib/contract.mjs';
import { Instance } from '../lib/instance.mjs';
import { routes } from '../lib/routes.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012', GRID = '410103007012003', OTHER = '410103003005002'; // the other: in 二道街社区
const ADMINISTRATORS = ['GET /api/v1/keys', 'POST /api/v1/keys', 'DELETE /api/v1/keys/{id}', 'GET /api/v1/audit',
    'POST /api/v1/imports/{kind}', 'POST /api/v1/staff/{code}/password', 'DELETE /api/v1/staff/{code}/totp',
    'GET /api/v1/staff/{code}/identities', 'POST /api/v1/staff/{code}/identities', 'POST /api/v1/training/wipe', 'DELETE /api/v1/staff/{code}/identities/{id}'];
// Only for somebody who is a person: an inbox is its owner's.
const PERSONS = ['GET /api/v1/inbox', 'POST /api/v1/inbox/{id}/read'];

describe('access', () => {
    let house, admin, nobody, report, id;
    const roles = {};
    before(async () => {
        house = await Instance.shared({ name: 'access' });
        admin = house.client('admin');
        nobody = house.client();
        const category = (await nobody.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
        const [lon, lat] = (await nobody.get(`/api/v1/areas/${GRID}`)).json.properties.point;
        report = (await admin.post('/api/v1/reports', { text: '谁能看见', category, lat, lon })).json;
        id = (await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${report.number}`)).json.items[0])).id;
        for (const code of [`${GRID}-leader`, `${OTHER}-leader`, `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, '410103-dispatcher'])
            roles[code] = house.client(code);
        const system = async (name, area) => house.client(undefined, { key: (await admin.post('/api/v1/keys', { name, system: `${name}-${process.pid}`, area })).json.key });
        roles['system here'] = await system('here', '410103007');
        roles['system elsewhere'] = await system('elsewhere', '410103003');
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const ask = (client, route) => client.send(route.method, route.path, { body: route.body, type: route.type, headers: route.headers });

    it('without a key: only what is open', async () => {
        for (const route of routes())
            if (!route.open)
                assert.equal((await ask(house.client(), route)).status, 401, route.name);
            else if (!['GET /api/v1/reports/{number}', 'GET /api/v1/reports/{number}/actions', 'POST /api/v1/reports/{number}/actions', 'POST /api/v1/sessions', 'GET /api/v1/sessions/oidc', 'GET /api/v1/sessions/oidc/callback'].includes(route.name))
                assert.ok((await ask(house.client(), route)).status < 300, route.name);
    });
    it('a wrong key is refused everywhere, on open routes too', async () => {
        for (const route of routes()) {
            if (!route.statuses.includes(401))
                continue;
            const answer = await ask(house.client(undefined, { key: `wg_${'A'.repeat(43)}` }), route);
            assert.equal(answer.status, 401, route.name);
        }
    });
    it('what is no key at all', async () => {
        for (const key of ['x', 'Basic eDp5', 'Bearer', `Bearer ${'x'.repeat(3000)}`, 'Bearer wg_', "Bearer ' OR 1=1 --"])
            assert.equal((await nobody.get('/api/v1/cases', { headers: { Authorization: key.includes(' ') || key === 'Bearer' ? key : `Bearer ${key}` } })).status, 401, key);
    });
    it('too many wrong keys from one address: 429', async () => {
        const guesser = house.client(undefined, { key: `wg_${'B'.repeat(43)}` });
        const answers = await Promise.all(Array.from({ length: 60 }, () => guesser.get('/api/v1/cases')));
        assert.ok(answers.some((answer) => answer.status === 429));
        assert.equal((await admin.get('/api/v1/cases')).status, 200, 'others are not concerned');
    });
    it('keys, audit and imports are the administrator\'s', async () => {
        for (const route of routes().filter((one) => ADMINISTRATORS.includes(one.name)))
            for (const [role, client] of Object.entries(roles))
                assert.equal((await ask(client, route)).status, 403, `${route.name} as ${role}`);
    });
    it('an inbox is a person\'s', async () => {
        for (const route of routes().filter((one) => PERSONS.includes(one.name))) {
            assert.equal((await ask(admin, route)).status, 403, `${route.name} as administrator`);
            assert.equal((await ask(roles['system here'], route)).status, 403, `${route.name} as a system`);
            assert.ok([200, 404].includes((await ask(roles[`${GRID}-leader`], route)).status), `${route.name} as a person`);
        }
    });

    const INSIDE = [`${GRID}-leader`, `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, '410103-dispatcher', 'system here'];
    const OUTSIDE = [`${OTHER}-leader`, 'system elsewhere'];
    it('a case is seen inside its area', async () => {
        for (const role of INSIDE) {
            const client = roles[role];
            assert.equal((await client.get(`/api/v1/cases/${id}`)).status, 200, role);
            assert.equal((await client.get(`/api/v1/cases?report=${report.number}`)).json.items.length, 1, role);
            assert.equal((await client.get(`/api/v1/reports/${report.number}`)).json.case.id, id, role);
            assert.equal((await client.get(`/api/v1/cases/${id}/actions`)).status, 200, role);
        }
    });
    it('and is not there outside it: neither by id nor number, in no list, not in the log, for no action', async () => {
        for (const role of OUTSIDE) {
            const client = roles[role];
            assert.equal((await client.get(`/api/v1/cases/${id}`)).status, 404, role);
            assert.equal((await client.get(`/api/v1/cases/${id}/actions`)).status, 404, role);
            assert.equal((await client.post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': '"1"' } })).status, 404, role);
            assert.equal((await client.get(`/api/v1/cases?report=${report.number}`)).json.items.length, 0, role);
            assert.equal((await client.get(`/api/v1/reports/${report.number}`)).status, 404, role);
            let after = '';
            for (let page = 0; page < 200; page++) {
                const { json } = await client.get(`/api/v1/events?limit=500${after}`);
                assert.ok(json.items.every((event) => event.case !== id), role);
                if (after === `&after=${json.next}`)
                    break;
                after = `&after=${json.next}`;
            }
        }
    });
    it('asking for somebody else\'s area: 403', async () => {
        const leader = roles[`${GRID}-leader`];
        for (const path of ['/api/v1/cases', '/api/v1/counters', '/api/v1/events', '/api/v1/staff', '/api/v1/duty'])
            assert.equal((await leader.get(`${path}?area=${OTHER}`)).status, 403, path);
        assert.equal((await leader.get(`/api/v1/staff/${OTHER}-leader`)).status, 404);
        assert.equal((await leader.get(`/api/v1/staff/${GRID}-leader`)).status, 200);
    });
    it('an action legal for somebody else: 403; the holder\'s own works', async () => {
        const seen = await roles[`${COMMUNITY}-secretary`].get(`/api/v1/cases/${id}`);
        const refused = await roles[`${COMMUNITY}-secretary`].post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': seen.headers.etag } });
        assert.equal(refused.status, 403, refused.text);
        assert.equal((await admin.post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': seen.headers.etag } })).status, 403, 'the administrator acts as nobody');
    });
    it('one person\'s inbox item is not another\'s', async () => {
        const entry = await waitFor('the inbox', async () => (await roles[`${GRID}-leader`].get('/api/v1/inbox?limit=500')).json.items.find((one) => one.case === id));
        assert.equal((await roles[`${COMMUNITY}-dispatcher`].post(`/api/v1/inbox/${entry.id}/read`)).status, 404);
        assert.equal((await roles[`${GRID}-leader`].post(`/api/v1/inbox/${entry.id}/read`)).status, 204);
        assert.equal((await roles[`${GRID}-leader`].post(`/api/v1/inbox/${entry.id}/read`)).status, 204, 'again is harmless');
        assert.ok((await roles[`${GRID}-leader`].get('/api/v1/inbox?unread=true&limit=500')).json.items.every((one) => one.id !== entry.id));
    });
    it('who reported is in no answer to staff', async () => {
        const secret = `秘密${process.pid}`;
        const said = (await admin.post('/api/v1/reports', { text: '有联系方式', area: GRID, reporter: { name: secret, phone: '13800000000', email: 'secret@example.net', consent: true } })).json;
        const item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items[0]);
        for (const path of [`/api/v1/cases/${item.id}`, `/api/v1/cases?report=${said.number}`, `/api/v1/reports/${said.number}`, `/api/v1/cases/${item.id}/actions`]) {
            const { text } = await roles['410103-dispatcher'].get(path);
            assert.ok(![secret, '13800000000', 'secret@example.net'].some((word) => text.includes(word)), path);
        }
        assert.deepEqual(house.logs.grep(new RegExp(`${secret}|13800000000|secret@example\\.net|有联系方式`)), [], 'nor in any log');
        assert.deepEqual(house.logs.grep(new RegExp(said.query_code)), [], 'nor the query code');
    });

    it('a key that is revoked is silent within two seconds; again is harmless', async () => {
        const made = (await admin.post('/api/v1/keys', { name: 'short-lived', system: `short-${process.pid}` })).json;
        const client = house.client(undefined, { key: made.key });
        assert.equal((await client.get('/api/v1/cases')).status, 200);
        const listed = [];
        for (let after = ''; after !== null;) {
            const page = await admin.get(`/api/v1/keys?limit=500${after}`);
            assert.ok(!page.text.includes(made.key), 'its text is shown once');
            listed.push(...page.json.items);
            after = page.json.next === null ? null : `&after=${page.json.next}`;
        }
        assert.equal(listed.filter((one) => one.id === made.id).length, 1);
        const at = Date.now();
        assert.equal((await admin.send('DELETE', `/api/v1/keys/${made.id}`)).status, 204);
        await waitFor('silence', async () => (await client.get('/api/v1/cases')).status === 401, { seconds: 10 });
        assert.ok(Date.now() - at < 3000, `took ${Date.now() - at} ms`);
        assert.equal((await admin.send('DELETE', `/api/v1/keys/${made.id}`)).status, 204);
        assert.equal((await admin.send('DELETE', '/api/v1/keys/999999999')).status, 404);
        assert.ok((await admin.get('/api/v1/audit')).json.items.length > 0, 'and it stands in the audit');
    });
    it('a key is made only of what is known', async () => {
        const faults = async (body) => (await admin.post('/api/v1/keys', body));
        for (const body of [{}, { name: '' }, { name: 'x' }, { name: 'x', staff: 'nobody' }, { name: 'x', staff: `${GRID}-leader`, system: 'y' }, { name: 'x', system: 'y', area: '999999' },
            { name: 'x', system: 'y', rate: 0 }, { name: 'x', system: 'y', colour: 'red' }])
            assert.equal((await faults(body)).status, 422, JSON.stringify(body));
        assert.equal((await admin.send('POST', '/api/v1/keys', { body: '{', type: 'application/json' })).status, 400);
        assert.equal((await admin.send('POST', '/api/v1/keys', { body: 'x', type: 'text/plain' })).status, 415);
        assert.equal((await admin.send('POST', '/api/v1/keys', { body: `{"name":"${'x'.repeat(1 << 20)}"}` })).status, 413);
    });
    it('a key over its rate: 429 on every route', async () => {
        const made = (await admin.post('/api/v1/keys', { name: 'slow', administrator: true, rate: 1 })).json;
        for (const route of routes()) {
            if (!route.statuses.includes(429))
                continue;
            await waitFor(route.name, async () => {
                const client = house.client(undefined, { key: made.key });
                const answers = await Promise.all(Array.from({ length: 12 }, () => ask(client, route)));
                client.close();
                return answers.some((answer) => answer.status === 429);
            }, { seconds: 10 });
        }
        await admin.send('DELETE', `/api/v1/keys/${made.id}`);
    });
    it('query parameters that are unknown or faulty: 400 by name', async () => {
        for (const route of routes({ '{id}': id, '{number}': report.number, '{code}': GRID }).filter((one) => one.method === 'GET' && one.statuses.includes(400))) {
            const client = PERSONS.includes(route.name) ? roles[`${GRID}-leader`] : admin;
            const answer = await client.get(`${route.path}${route.path.includes('?') ? '&' : '?'}colour=red`);
            assert.equal(answer.status, 400, route.name);
            assert.ok(answer.text.includes('colour'), answer.text);
        }
        for (const path of ['/api/v1/cases?limit=0', '/api/v1/cases?limit=501', '/api/v1/cases?limit=x', '/api/v1/cases?after=x', '/api/v1/cases?overdue=perhaps',
            '/api/v1/events?after=x', '/api/v1/counters?from=tomorrow', '/api/v1/areas?level=moon', '/api/v1/areas?under=x'])
            assert.equal((await admin.get(path)).status, 400, path);
    });
    it('what is not there: 404', async () => {
        for (const path of ['/api/v1/cases/999999999999', '/api/v1/cases/x', '/api/v1/areas/999999', '/api/v1/staff/nobody', '/api/v1/workflows/none', '/api/v1/imports/none/template'])
            assert.equal((await admin.get(path)).status, 404, path);
        assert.equal((await admin.send('POST', '/api/v1/imports/none', { body: 'x', type: 'text/csv' })).status, 404);
    });
    it('wrong methods: 405 in our format', async () => {
        for (const { route, path } of routes()) {
            const wrong = ['PATCH', 'PUT', 'DELETE'].find((one) => !Object.hasOwn(contract.document.paths[route], one.toLowerCase()));
            assert.equal((await admin.send(wrong, path.split('?')[0])).status, 405, route);
        }
    });
});
