// Promise (docs/decisions/0016-log-in.md): a one-task link is for one person who never logs in and opens one case or one
// task, at every service, until it ends or is revoked, which is heard within two seconds. Everything else is refused by name.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { deskOf } from '../lib/desk.mjs';
import { Instance } from '../lib/instance.mjs';
import { routes } from '../lib/routes.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012', GRID = '410103007012003', OTHER = '410103003005002';
const problem = (answer) => answer.json?.type?.replace('urn:wangge:problem:', '');

describe('one-task links', () => {
    let house, admin, leader, secretary, stranger, micro, mine, theirs, handed;
    before(async () => {
        house = await Instance.up({ name: 'link' });
        admin = house.client('admin');
        leader = house.client(`${GRID}-leader`);
        secretary = house.client(`${COMMUNITY}-secretary`);
        stranger = house.client(`${OTHER}-leader`);
        micro = house.client(`${GRID}01-micro-member`);
        const open = async (area, category) => {
            const said = (await admin.post('/api/v1/reports', { text: '院墙要倒', area, category })).json;
            return waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items[0]);
        };
        mine = await open(GRID);
        theirs = await open(GRID);
        handed = await open(GRID, 'litter');
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const PERSON = `${OTHER}-leader`; // somebody who has no post here
    const wish = (more = {}) => ({ staff: PERSON, case: mine.id, days: 7, purpose: '整改院墙', ...more });
    const make = async (more, by = leader) => (await by.post('/api/v1/links', wish(more))).json;
    const holder = (link, options = {}) => house.client(undefined, { key: `Link ${link.token}`, ...options });

    it('who may act on the case makes one, and its token is shown once', async () => {
        const made = await leader.post('/api/v1/links', wish());
        assert.equal(made.status, 201, made.text);
        assert.equal(made.json.path, `/link/${made.json.token}`);
        for (const by of [leader, secretary, house.client(`${COMMUNITY}-dispatcher`), house.client('410103-dispatcher')])
            assert.equal((await by.post('/api/v1/links', wish())).status, 201);
        const listed = await leader.get(`/api/v1/links?case=${mine.number}`);
        assert.equal(listed.json.items.length, 5);
        assert.ok(!listed.text.includes(made.json.token));
        assert.equal(await house.count(`links WHERE encode(hash, 'escape') LIKE '%${made.json.token}%'`), 0);
        assert.equal((await leader.get(`/api/v1/links?case=${theirs.id}`)).json.items.length, 0);
    });
    it('and nobody else', async () => {
        assert.equal(problem(await stranger.post('/api/v1/links', wish())), 'unknown-case');
        assert.equal(problem(await micro.post('/api/v1/links', wish())), 'unknown-case', 'the micro-grid is below the case\'s area');
        assert.equal(problem(await admin.post('/api/v1/links', wish())), 'forbidden', 'an administrator acts on no case');
        const supervisor = (await house.sql(`SELECT s.code FROM staff s JOIN posts p ON p.staff_id = s.id JOIN areas a ON a.id = p.area_id
            WHERE p.post NOT IN ('leader', 'dedicated-leader', 'secretary', 'dispatcher', 'coordinator', 'handler') AND a.code = '410103' LIMIT 1`))[0][0];
        assert.equal(problem(await house.client(supervisor).post('/api/v1/links', wish())), 'forbidden', supervisor);
        assert.equal(problem(await house.client(supervisor).get(`/api/v1/links?case=${mine.id}`)), 'forbidden');
        assert.equal((await leader.post('/api/v1/links', wish({ case: '999999999999' }))).status, 404);
        assert.equal(problem(await stranger.get(`/api/v1/links?case=${mine.id}`)), 'unknown-case');
        for (const query of ['', '?case=', '?case=x', `?case=${mine.id}&colour=red`])
            assert.equal((await leader.get(`/api/v1/links${query}`)).status, 400, query);
    });
    it('only of what is known', async () => {
        for (const body of [{}, wish({ staff: 'nobody' }), wish({ days: 0 }), wish({ days: 31 }), wish({ days: '7' }), wish({ purpose: '' }), wish({ purpose: undefined }),
            wish({ case: undefined }), wish({ task: `${mine.number}-1` }), wish({ case: undefined, task: mine.number }), wish({ case: undefined, task: `${mine.number}-0` }),
            wish({ case: 'x' }), wish({ colour: 'red' })])
            assert.equal((await leader.post('/api/v1/links', body)).status, 422, JSON.stringify(body));
        for (const [body, type, status] of [['{', 'application/json', 400], ['x', 'text/plain', 415], [`"${'x'.repeat(1 << 20)}"`, 'application/json', 413]])
            assert.equal((await leader.send('POST', '/api/v1/links', { body, type })).status, status);
    });
    it('it opens its case and nothing else', async () => {
        const link = await make();
        const one = holder(link);
        assert.equal((await one.get(`/api/v1/cases/${mine.id}`)).json.id, mine.id);
        assert.equal((await one.get(`/api/v1/cases/${mine.number}`)).status, 200);
        const what = (await one.get('/api/v1/links/current')).json;
        assert.deepEqual([what.case, what.task, what.purpose, what.staff.code], [mine.id, 0, '整改院墙', PERSON]);
        assert.equal(problem(await leader.get('/api/v1/links/current')), 'no-link');
        for (const path of [`/api/v1/cases/${theirs.id}`, `/api/v1/cases/${theirs.number}`, '/api/v1/cases/999999999999'])
            assert.equal(problem(await one.get(path)), 'link-other-object', path);
        for (const route of routes()) {
            if (route.service === 'nginx' || ['GET /readyz', 'GET /api/v1/links/current'].includes(route.name))
                continue;
            // A link is slow by design: five requests a second.
            const answer = await waitFor(route.name, async () => {
                const got = await one.send(route.method, route.path, { body: route.body, type: route.type, headers: route.headers });
                return problem(got) === 'rate-exceeded' ? false : got;
            });
            assert.equal(problem(answer), 'link-other-object', `${route.name}: ${answer.text}`);
        }
        const many = await Promise.all(Array.from({ length: 20 }, () => one.get(`/api/v1/cases/${mine.id}`)));
        assert.ok(many.some((answer) => problem(answer) === 'rate-exceeded'));
    });
    it('a link to a task is none to its case', async () => {
        const link = await make({ case: undefined, task: `${mine.number}-2` });
        const one = holder(link);
        assert.equal((await one.get('/api/v1/links/current')).json.task, 2);
        assert.equal(problem(await one.get(`/api/v1/cases/${mine.id}`)), 'link-other-object');
    });
    it('it lends no post: whoever covers one verifies by their own key, not by a link', async () => {
        const deputy = `${COMMUNITY}004-leader`, at = (hours) => new Date(house.now().getTime() + hours * 3600_000).toISOString();
        const done = async (action, by, options) => {
            const { headers } = await by.get(`/api/v1/cases/${handed.id}`);
            return by.post(`/api/v1/cases/${handed.id}/actions`, { action, ...(action === 'accept' ? {} : { text: '办好' }) }, { headers: { 'If-Match': headers.etag }, ...options });
        };
        for (const action of ['accept', 'resolve'])
            assert.equal((await done(action, leader)).status, 200, action);
        const duty = await admin.post('/api/v1/duty', { code: 'link-deputy', area: COMMUNITY, post: 'secretary', staff: deputy, kind: 'duty', starts_at: at(0), ends_at: at(8) });
        assert.equal(duty.status, 201, duty.text);
        const own = house.client(deputy, { checked: false }), one = holder(await make({ case: handed.id, staff: deputy }), { checked: false });
        const offered = async (by) => ((await by.get(`/api/v1/cases/${handed.id}/actions`)).json.actions ?? []).map((each) => each.action);
        await waitFor('the roster to be known', async () => (await offered(own)).includes('verify'), { everyMs: 300 });
        assert.ok(!(await offered(one)).includes('verify'));
        assert.equal(problem(await done('verify', one)), 'not-yours');
        assert.equal((await done('verify', own)).status, 200);
    });
    it('what is no link', async () => {
        const link = await make();
        for (const token of ['', 'x', 'A'.repeat(43), link.token.slice(1), `${link.token}A`, 'x'.repeat(1000)])
            assert.equal((await house.client().get(`/api/v1/cases/${mine.id}`, { headers: { Authorization: `Link ${token}` } })).status, 401, token);
        assert.equal(problem(await house.client(undefined, { key: link.token }).get(`/api/v1/cases/${mine.id}`)), 'key-wrong', 'a link is no key');
        assert.equal(problem(await house.client().get(`/api/v1/cases/${mine.id}`, { headers: { Cookie: `wangge_session=${link.token}` } })), 'session-expired', 'nor a session');
    });
    it('revoked: silent within two seconds', async () => {
        const link = await make(), one = holder(link);
        assert.equal((await one.get(`/api/v1/cases/${mine.id}`)).status, 200);
        assert.equal((await stranger.send('DELETE', `/api/v1/links/${link.id}`)).status, 404);
        assert.equal((await leader.send('DELETE', '/api/v1/links/x')).status, 404);
        assert.equal((await leader.send('DELETE', '/api/v1/links/999999999')).status, 404);
        const at = Date.now();
        assert.equal((await secretary.send('DELETE', `/api/v1/links/${link.id}`)).status, 204);
        await waitFor('silence', async () => problem(await one.get(`/api/v1/cases/${mine.id}`)) === 'link-expired', { seconds: 10, everyMs: 300 });
        assert.ok(Date.now() - at < 3000, `took ${Date.now() - at} ms`);
        assert.equal((await secretary.send('DELETE', `/api/v1/links/${link.id}`)).status, 204, 'again is harmless');
        const again = await make();
        assert.equal((await admin.send('DELETE', `/api/v1/links/${again.id}`)).status, 204, 'an administrator any');
        assert.ok((await admin.get(`/api/v1/links?case=${mine.id}`)).json.items.some((item) => item.id === link.id && item.revoked_at !== null));
    });
    it('each use is written down once a day; it ends when its days are over, or its person leaves', async () => {
        const link = await make({ days: 2 }), one = holder(link);
        const uses = () => house.count(`audit WHERE action = 'link.used' AND object = 'link:${link.id}'`);
        for (let i = 0; i < 3; i++)
            assert.equal((await one.get(`/api/v1/cases/${mine.id}`)).status, 200);
        assert.equal(await uses(), 1);
        const gone = await make(), other = holder(gone);
        await other.get(`/api/v1/cases/${mine.id}`);
        await house.sql(`UPDATE staff SET left_at = '2020-01-01Z' WHERE code = '${PERSON}'`);
        await waitFor('silence', async () => problem(await other.get(`/api/v1/cases/${mine.id}`)) === 'link-expired', { everyMs: 300 });
        await house.sql(`UPDATE staff SET left_at = NULL WHERE code = '${PERSON}'`);
        house.moveClock(86400 + 60);
        await waitFor('the second day', async () => (await one.get(`/api/v1/cases/${mine.id}`)).status === 200 && await uses() === 2, { everyMs: 300 });
        house.moveClock(2 * 86400 + 60);
        await waitFor('the end', async () => problem(await one.get(`/api/v1/cases/${mine.id}`)) === 'link-expired', { everyMs: 300 });
        const { text } = await admin.get('/api/v1/audit?limit=200');
        for (const action of ['link.made', 'link.revoked', 'link.used'])
            assert.ok(text.includes(`"${action}"`), action);
        assert.ok(!text.includes(link.token), 'never the token');
        assert.deepEqual(house.logs.grep(new RegExp(link.token)), []);
    });
    it('whoever has logged in makes them, too', async () => {
        const desk = await deskOf(house, `${GRID}-leader`);
        assert.equal((await desk.post('/api/v1/links', wish())).status, 201);
    });
});
