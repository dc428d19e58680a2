// Administration over HTTP: who is there, who covers what and whose matter it is are changed one thing at a time, by who
// may, within their area; two who change one thing do not overwrite each other; every change stands in the audit with
// what was before and after, without addresses; what has been in force is ended, not deleted.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { routes } from '../lib/routes.mjs';
import { waitFor } from '../lib/wait.mjs';

const P = `adm${process.pid}`;
const COMMUNITY = '410103007012', STREET = '410103007';
const OURS = /\/v1\/(areas|categories|places|staff|duty|parties|calendars|competence|training)(?!.*\/(password|totp|links|identities))/;
const at = (hours) => new Date(Date.now() + hours * 3600e3).toISOString();

describe('administration', () => {
    let house, admin;
    const role = (code) => house.client(code);
    before(async () => {
        house = await Instance.shared({ name: 'admin' });
        admin = role('admin');
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const audited = (action, object) => house.one(`SELECT detail::text FROM audit WHERE action = '${action}' AND object = '${object}' ORDER BY id DESC LIMIT 1`).then((text) => JSON.parse(text));
    const match = (version) => ({ headers: { 'If-Match': `"${version}"` } });
    const patch = (client, path, body, version) => client.send('PATCH', path, { body, ...match(version) });
    const remove = (client, path) => client.send('DELETE', path);
    const find = async (path, code) => {
        if (path === '/api/v1/categories')
            return (await admin.get(path)).json.items.find((one) => one.code === code);
        for (let next = ''; next !== null;) {
            const { json } = await admin.get(`${path}${path.includes('?') ? '&' : '?'}limit=500${next && `&after=${next}`}`);
            const found = json.items.find((one) => one.code === code);
            if (found !== undefined || json.next === undefined)
                return found;
            next = json.next;
        }
        return undefined;
    };

    it('every change wants a sound body: 400 broken, 413 large, 415 another type, 422 an unknown field', async () => {
        for (const route of routes().filter((one) => one.service === 'registry' && one.statuses.includes(415) && one.body !== undefined && OURS.test(one.name))) {
            const client = route.name.includes('/leave') && !route.name.includes('office') ? role(`${COMMUNITY}-secretary`) : admin;
            const send = (body, type) => client.send(route.method, route.path, { body, type, headers: route.headers });
            assert.equal((await send('{"x":', 'application/json')).status, 400, route.name);
            assert.equal((await send('x=y', 'text/plain')).status, 415, route.name);
            assert.equal((await send(`{"x":"${'x'.repeat(1 << 20)}"}`, 'application/json')).status, 413, route.name);
            const unknown = await send('{"colour":"red"}', 'application/json');
            assert.equal(unknown.status, 422, `${route.name}: ${unknown.text}`);
            assert.equal(unknown.json.type, 'urn:wangge:problem:invalid-change', route.name);
        }
    });
    it('and no parameter that it does not know', async () => {
        for (const route of routes().filter((one) => OURS.test(one.name) && one.method === 'DELETE')) {
            const client = route.name.includes('duty/leave') ? role(`${COMMUNITY}-secretary`) : admin;
            assert.equal((await client.send('DELETE', `${route.path}?colour=red`)).status, 400, route.name);
        }
    });
    it('and an If-Match, where two could overwrite each other', async () => {
        for (const route of routes().filter((one) => one.service === 'registry' && OURS.test(one.name) && one.statuses.includes(428))) {
            assert.equal((await admin.send(route.method, route.path, { body: {} })).status, 428, route.name);
            assert.equal((await admin.send(route.method, route.path, { body: {}, headers: { 'If-Match': '7' } })).status, 428, route.name);
        }
    });
    it('who runs nothing may change nothing; a secretary arranges, and no more', async () => {
        const changes = routes().filter((one) => one.service === 'registry' && one.method !== 'GET' && OURS.test(one.name) && !one.name.includes('duty/leave'));
        const leader = role(`${COMMUNITY}003-leader`), secretary = role(`${COMMUNITY}-secretary`);
        assert.ok(changes.length >= 20);
        for (const route of changes) {
            const ask = (client) => client.send(route.method, route.path, { body: route.body, headers: route.headers });
            assert.equal((await ask(leader)).status, 403, route.name);
            assert.equal((await ask(secretary)).status === 403, !route.name.includes('/duty'), route.name);
        }
    });

    it('staff: made with posts, changed, given and taken a post; no address in the audit', async () => {
        const code = `${P}-worker`;
        const district = role('410103-administrator');
        const made = await district.post('/api/v1/staff', { code, name: '网格员甲', email: `${P}@erqi.example`, phone: '13800000000', tags: ['五老'], posts: [`worker@${COMMUNITY}003`] });
        assert.equal(made.status, 201, made.text);
        const person = (await admin.get(`/api/v1/staff/${code}`)).json;
        assert.deepEqual([person.name, person.tags, person.has_email, person.posts, person.party, person.version],
            ['网格员甲', ['五老'], true, [{ post: 'worker', area: `${COMMUNITY}003` }], null, made.json.version]);
        assert.equal((await district.post('/api/v1/staff', { code, name: '又一个', posts: [`worker@${COMMUNITY}003`] })).status, 409);
        const changed = await patch(district, `/api/v1/staff/${code}`, { name: '网格员乙', party: 'property-kangqiao' }, made.json.version);
        assert.equal(changed.status, 200, changed.text);
        const said = (await admin.get('/api/v1/audit')).json.items.find((one) => one.object === `staff:${code}` && one.action === 'staff.changed');
        assert.match(said.actor, /^key:\d+$/, 'a key is told from its person');
        assert.equal(said.staff, await house.one("SELECT id FROM staff WHERE code = '410103-administrator'"));
        const stale = await patch(admin, `/api/v1/staff/${code}`, { name: '网格员丙' }, made.json.version);
        assert.equal(stale.status, 412, stale.text);
        assert.equal(stale.headers.etag, `"${changed.json.version}"`);
        const now = (await admin.get(`/api/v1/staff/${code}`)).json;
        assert.deepEqual([now.name, now.party, now.has_email, now.tags], ['网格员乙', 'property-kangqiao', true, ['五老']], 'what was not named stays');
        const told = await audited('staff.changed', `staff:${code}`);
        assert.deepEqual([told.before.name, told.after.name, told.contact], ['网格员甲', '网格员乙', false]);
        assert.ok(!JSON.stringify([told, await audited('staff.made', `staff:${code}`)]).match(/erqi\.example|13800000000/));
        const given = await district.post(`/api/v1/staff/${code}/posts`, { post: 'leader', area: `${COMMUNITY}004`, to: at(24) });
        assert.equal(given.status, 201, given.text);
        assert.equal((await admin.get(`/api/v1/staff/${code}`)).json.posts.length, 2);
        for (let i = 0; i < 2; i++)
            assert.equal((await remove(district, `/api/v1/staff/${code}/posts/leader@${COMMUNITY}004`)).status, 204);
        assert.equal((await admin.get(`/api/v1/staff/${code}`)).json.posts.length, 1);
        assert.equal(await house.count(`posts p JOIN staff s ON s.id = p.staff_id WHERE s.code = '${code}'`), 2, 'a term ends, its row stays');
        for (const [body, pointer] of [[{ name: null }, '/name'], [{ party: 'nobody' }, '/party'], [{ code: 'x' }, '/code'], [{ posts: [] }, '/posts'], [{ email: 'x' }, '/email']]) {
            const answer = await patch(admin, `/api/v1/staff/${code}`, body, changed.json.version);
            assert.deepEqual([answer.status, answer.json.errors?.[0].pointer], [422, pointer], answer.text);
        }
        assert.equal((await patch(admin, `/api/v1/staff/${P}-nobody`, { name: 'x' }, '1')).status, 404);
        assert.equal((await remove(admin, `/api/v1/staff/${code}/posts/leader@410103`)).status, 404);
        assert.equal((await admin.post(`/api/v1/staff/${P}-nobody/posts`, { post: 'leader', area: COMMUNITY })).status, 404);
    });
    it('two who change one thing at the same moment: one is told', async () => {
        const code = `${P}-race`;
        let { version } = (await admin.post('/api/v1/parties', { code, name: '甲', kind: 'other', area: COMMUNITY })).json;
        for (let round = 0; round < 20; round++) {
            const answers = await Promise.all(['乙', '丙', '丁'].map((name) => patch(admin, `/api/v1/parties/${code}`, { name }, version)));
            assert.deepEqual(answers.map((one) => one.status).sort(), [200, 412, 412]);
            version = answers.find((one) => one.status === 200).json.version;
            assert.equal((await find('/api/v1/parties', code)).version, version);
        }
        const made = await Promise.all([1, 2, 3].map((n) => admin.post('/api/v1/parties', { code: `${P}-once`, name: `第${n}个`, kind: 'other' })));
        assert.deepEqual(made.map((one) => one.status).sort(), [201, 409, 409]);
    });
    it('people leave office: posts end, the account is off, the successor is in; history keeps the name', async () => {
        const [old, heir] = [`${P}-old`, `${P}-heir`], grid = `${COMMUNITY}005`;
        for (const code of [old, heir])
            assert.equal((await admin.post('/api/v1/staff', { code, name: code, posts: code === old ? [`worker@${grid}`] : [`worker@${COMMUNITY}006`] })).status, 201);
        const key = (await admin.post('/api/v1/keys', { name: old, staff: old })).json.key;
        const person = house.client(undefined, { key });
        assert.equal((await person.get('/api/v1/cases')).status, 200);
        assert.equal((await admin.post('/api/v1/duty', { code: `${P}-coming`, area: grid, post: 'worker', staff: old, kind: 'duty', starts_at: at(48), ends_at: at(72) })).status, 201);
        for (const [body, pointer] of [[{ at: at(1) }, '/at'], [{ successor: `${P}-nobody` }, '/successor'], [{ successor: old }, '/successor']])
            assert.equal((await admin.post(`/api/v1/staff/${old}/leave-office`, body)).json.errors[0].pointer, pointer);
        const left = await admin.post(`/api/v1/staff/${old}/leave-office`, { successor: heir });
        assert.equal(left.status, 200, left.text);
        await waitFor('the account is off', async () => (await person.get('/api/v1/cases')).status === 401, { seconds: 5 });
        assert.equal((await admin.get(`/api/v1/staff/${old}`)).status, 404);
        assert.deepEqual((await admin.get(`/api/v1/staff/${heir}`)).json.posts.map((one) => one.area).sort(), [grid, `${COMMUNITY}006`]);
        assert.equal((await find(`/api/v1/duty?area=${grid}`, `${P}-coming`)).staff, heir);
        assert.equal(await house.one(`SELECT s.name || ' ' || h.code FROM staff s JOIN staff h ON h.id = s.successor_id WHERE s.code = '${old}'`), `${old} ${heir}`);
        assert.deepEqual((await audited('staff.left', `staff:${old}`)).posts, [`worker@${grid}`]);
        assert.equal((await admin.post(`/api/v1/staff/${old}/leave-office`, {})).status, 404);
    });

    it('duty: a secretary arranges for the own community, a clerk for the street; nobody beyond', async () => {
        const secretary = role(`${COMMUNITY}-secretary`), clerk = role(`${STREET}-clerk`);
        const row = (more) => ({ code: `${P}-duty`, area: `${COMMUNITY}003`, post: 'worker', staff: `${COMMUNITY}004-leader`, kind: 'duty', starts_at: at(1), ends_at: at(5), ...more });
        const made = await secretary.post('/api/v1/duty', row());
        assert.equal(made.status, 201, made.text);
        assert.equal((await secretary.post('/api/v1/duty', row())).status, 409);
        assert.equal((await secretary.post('/api/v1/duty', row({ code: `${P}-d2` }))).json.errors[0].pointer, '/starts_at', 'it overlaps');
        assert.equal((await secretary.post('/api/v1/duty', row({ code: `${P}-d3`, area: '410103003005002' }))).status, 403);
        assert.equal((await secretary.post('/api/v1/duty', row({ code: `${P}-d3`, post: 'leader', staff: '410103003005002-leader' }))).json.errors[0].pointer, '/staff');
        assert.equal((await role(`${COMMUNITY}003-leader`).post('/api/v1/duty', row({ code: `${P}-d4` }))).status, 403);
        const moved = await patch(clerk, `/api/v1/duty/${P}-duty`, { ends_at: at(6), staff: `${COMMUNITY}005-leader` }, made.json.version);
        assert.equal(moved.status, 200, moved.text);
        assert.equal((await patch(clerk, `/api/v1/duty/${P}-duty`, { ends_at: at(7) }, made.json.version)).status, 412);
        assert.equal((await patch(clerk, `/api/v1/duty/${P}-none`, { ends_at: at(7) }, made.json.version)).status, 404);
        assert.deepEqual([(await audited('duty.changed', `duty:${P}-duty`)).after.staff, (await find(`/api/v1/duty?area=${COMMUNITY}003`, `${P}-duty`)).staff],
            [`${COMMUNITY}005-leader`, `${COMMUNITY}005-leader`]);
        assert.equal((await secretary.post('/api/v1/duty', row({ code: `${P}-d5`, post: 'administrator' }))).json.errors[0].pointer, '/post');
        assert.equal((await remove(role('410103003-clerk'), `/api/v1/duty/${P}-duty`)).status, 403);
        assert.equal((await remove(clerk, `/api/v1/duty/${P}-duty`)).status, 204);
        assert.equal((await remove(clerk, `/api/v1/duty/${P}-duty`)).status, 404, 'it had not begun');
    });
    it('the night: a leader and an officer on one roster, and who covers what now, by which rule', async () => {
        const clerk = role(`${STREET}-clerk`), cover = async (area, post) => {
            const { json } = await clerk.get(`/api/v1/duty?on=now&area=${area}&limit=500`);
            return json.items.find((one) => one.area === area && one.post === post);
        };
        for (const [n, post] of [[1, 'duty-officer'], [2, 'duty-leader']])
            assert.equal((await clerk.post('/api/v1/duty', { code: `${P}-night${n}`, area: STREET, post, staff: `${STREET}-${post}`, kind: 'night', starts_at: at(-1), ends_at: at(9) })).status, 201);
        assert.equal((await clerk.post('/api/v1/duty', { code: `${P}-night3`, area: STREET, post: 'duty-officer', staff: `${STREET}-clerk`, kind: 'night', starts_at: at(-1), ends_at: at(9) })).status, 201, 'two on one night');
        assert.equal((await clerk.post('/api/v1/duty', { code: `${P}-night4`, area: STREET, post: 'duty-officer', staff: `${STREET}-clerk`, kind: 'night', starts_at: at(0), ends_at: at(9) })).status, 422, 'each once');
        assert.deepEqual([(await cover(STREET, 'duty-officer')).rule, (await cover(STREET, 'duty-leader')).staff], ['night', `${STREET}-duty-leader`]);
        assert.deepEqual(await cover(`${COMMUNITY}003`, 'leader'), { area: `${COMMUNITY}003`, post: 'leader', staff: `${COMMUNITY}003-leader`, rule: 'post', until: null });
        for (let n = 1; n <= 3; n++)
            assert.equal((await remove(clerk, `/api/v1/duty/${P}-night${n}`)).status, 204);
        assert.equal((await cover(STREET, 'duty-officer')).rule, 'post');
        assert.equal(await house.count(`duty WHERE code LIKE '${P}-night%'`), 3, 'what has begun ends, its row stays');
        assert.equal((await clerk.get('/api/v1/duty?on=tonight')).status, 400);
        const seen = [];
        for (let next = ''; next !== null;) {
            const { json } = await clerk.get(`/api/v1/duty?on=now&area=${COMMUNITY}&limit=7${next && `&after=${next}`}`);
            seen.push(...json.items.map((one) => `${one.area}.${one.post}`));
            next = json.next;
        }
        assert.equal(new Set(seen).size, seen.length);
        assert.ok(seen.length > 50);
    });
    it('whoever covers a post has its rights meanwhile, and not after', async () => {
        const said = (await admin.post('/api/v1/reports', { text: '替班', category: 'litter', area: `${COMMUNITY}004` })).json;
        const { id } = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items[0]);
        const standin = role(`${COMMUNITY}005-leader`), sees = (status) => waitFor(`it is ${status}`, async () => (await standin.get(`/api/v1/cases/${id}`)).status === status, { seconds: 10 });
        await sees(404);
        assert.equal((await role(`${COMMUNITY}-secretary`).post('/api/v1/duty', { code: `${P}-stand`, area: `${COMMUNITY}004`, post: 'leader', staff: `${COMMUNITY}005-leader`, kind: 'stand-in', starts_at: at(-1), ends_at: at(5) })).status, 201);
        await sees(200);
        assert.equal((await remove(role(`${COMMUNITY}-secretary`), `/api/v1/duty/${P}-stand`)).status, 204);
        await sees(404);
    });
    it('nobody arranges themselves upwards, and whoever reads what is restricted is arranged by one who does', async () => {
        const row = (code, post, area, staff, more) => ({ code: `${P}-${code}`, area, post, staff, kind: 'duty', starts_at: at(1000), ends_at: at(1010), ...more });
        const [clerk, dispatcher, secretary, director] = [`${STREET}-clerk`, `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, `${STREET}-director`];
        for (const [by, post, area, staff] of [[clerk, 'coordinator', STREET, clerk], [dispatcher, 'secretary', COMMUNITY, dispatcher], [clerk, 'dispatcher', COMMUNITY, clerk],
            [clerk, 'duty-leader', STREET, clerk], [clerk, 'coordinator', STREET, `${STREET}-duty-officer`], [dispatcher, 'secretary', COMMUNITY, `${COMMUNITY}004-leader`]]) {
            const answer = await role(by).post('/api/v1/duty', row('up', post, area, staff));
            assert.deepEqual([answer.status, answer.json.errors?.[0].pointer], [422, '/post'], `${by} ${post}: ${answer.text}`);
        }
        for (const [n, [by, post, area, staff]] of [[secretary, 'leader', `${COMMUNITY}003`, secretary], [secretary, 'secretary', COMMUNITY, dispatcher], [director, 'coordinator', STREET, director],
            [clerk, 'duty-officer', STREET, clerk], [clerk, 'leader', `${COMMUNITY}004`, `${COMMUNITY}005-leader`], ['410103-administrator', 'coordinator', STREET, clerk]].entries()) {
            const made = await role(by).post('/api/v1/duty', row(`fine${n}`, post, area, staff, { starts_at: at(1000 + 20 * n), ends_at: at(1010 + 20 * n) }));
            assert.equal(made.status, 201, `${by} ${post}: ${made.text}`);
            if (by === clerk && staff === clerk)
                assert.equal((await patch(role(clerk), `/api/v1/duty/${P}-fine${n}`, { post: 'coordinator' }, made.json.version)).json.errors[0].pointer, '/post');
            assert.equal((await remove(role(by), `/api/v1/duty/${P}-fine${n}`)).status, 204);
        }
    });
    it('leave hands out no administrator and no supervisor: only who is one there stands in for one', async () => {
        const grid = `${COMMUNITY}002`, staff = async (code, posts) => {
            assert.equal((await admin.post('/api/v1/staff', { code: `${P}-${code}`, name: code, posts })).status, 201);
            return house.client(undefined, { key: (await admin.post('/api/v1/keys', { name: code, staff: `${P}-${code}` })).json.key });
        };
        const chief = await staff('chief', [`administrator@${grid}`, `supervisor@${grid}`, `worker@${grid}`]);
        await staff('mate2', [`worker@${grid}`]);
        const stands = async (body) => {
            const { json, text } = await chief.post('/api/v1/duty/leave', { until: at(30), ...body });
            assert.ok(json.items, text);
            assert.equal((await remove(chief, '/api/v1/duty/leave')).status, 204);
            return json.items.map((one) => [one.post, one.stand_in]).sort();
        };
        assert.deepEqual(await stands({}), [['administrator', null], ['supervisor', null], ['worker', `${P}-mate2`]]);
        assert.deepEqual(await stands({ from: at(10), stand_in: `${COMMUNITY}009-leader` }), [['administrator', null], ['supervisor', null], ['worker', `${COMMUNITY}009-leader`]]);
        await staff('deputy', [`administrator@${grid}`]);
        assert.deepEqual(await stands({ from: at(11) }), [['administrator', `${P}-deputy`], ['supervisor', null], ['worker', `${P}-mate2`]]);
    });
    it('leave in two taps: until when; the stand-in is named, or the colleague; back again ends it', async () => {
        const grid = `${COMMUNITY}008`, mate = `${P}-mate`;
        assert.equal((await admin.post('/api/v1/staff', { code: mate, name: '搭档', posts: [`worker@${grid}`] })).status, 201);
        const leader = role(`${grid}-leader`), holder = async () => {
            const { json } = await admin.post('/api/v1/triage/preview', { text: 'x', category: 'litter', area: grid });
            return json.who.holder?.code;
        };
        const taken = await leader.post('/api/v1/duty/leave', { until: at(30) });
        assert.equal(taken.status, 201, taken.text);
        assert.deepEqual(taken.json.items.map((one) => [one.area, one.post, one.stand_in]), [[grid, 'leader', mate]]);
        await waitFor('the next case goes to the mate', async () => await holder() === mate, { seconds: 10 });
        assert.equal((await leader.post('/api/v1/duty/leave', { until: at(5) })).json.errors[0].pointer, '/from', 'twice');
        assert.equal((await remove(leader, '/api/v1/duty/leave')).status, 204);
        assert.equal((await remove(leader, '/api/v1/duty/leave')).status, 204, 'again is harmless');
        await waitFor('and to the leader again', async () => await holder() === `${grid}-leader`, { seconds: 10 });
        const named = await leader.post('/api/v1/duty/leave', { from: at(100), until: at(130), stand_in: `${COMMUNITY}009-leader` });
        assert.deepEqual(named.json.items.map((one) => one.stand_in), [`${COMMUNITY}009-leader`], named.text);
        assert.equal((await remove(leader, '/api/v1/duty/leave')).status, 204);
        assert.equal(await house.count(`duty WHERE code LIKE 'leave-${grid}-leader-%' AND ends_at > '${at(0)}'`), 0);
        const told = await audited('leave.taken', `staff:${grid}-leader`);
        assert.equal(told.posts[0].stand_in, `${COMMUNITY}009-leader`);
        for (const [body, pointer] of [[{}, '/until'], [{ until: at(-1) }, '/until'], [{ until: at(500 * 24) }, '/until'], [{ until: at(5), stand_in: 'nobody' }, '/stand_in'],
            [{ until: at(5), stand_in: `${grid}-leader` }, '/stand_in'], [{ until: at(5), stand_in: '410103003005002-leader' }, '/stand_in']]) {
            const answer = await leader.post('/api/v1/duty/leave', body);
            assert.deepEqual([answer.status, answer.json.errors?.[0].pointer], [422, pointer], JSON.stringify(body) + answer.text);
        }
        assert.equal((await admin.post('/api/v1/duty/leave', { until: at(5) })).status, 403);
        assert.equal((await remove(admin, '/api/v1/duty/leave')).status, 403);
        assert.equal((await leader.send('DELETE', '/api/v1/duty/leave?x=y')).status, 400);
    });

    const GRADE = { name: '测试', name_en: 'Test', grade: 'normal', responsible: 'leader' };
    const THINGS = [
        { path: '/api/v1/parties', make: { name: '单位', kind: 'contractor', area: COMMUNITY }, change: { calendar: 'round-the-clock' }, wrong: [{ kind: 'circus' }, { area: '419999' }, { calendar: 'none' }] },
        { path: '/api/v1/places', make: { name: '地点', kind: 'shop', area: `${COMMUNITY}003`, lat: 34.7, lon: 113.6 }, change: { aliases: ['别名', '又名'], management: 'none' }, wrong: [{ management: 'x' }, { area: '419999' }, { area: null }] },
        { path: '/api/v1/categories', make: { ...GRADE, parent: 'safety', accept_n: 30, accept_unit: 'work_minute' }, change: { name: '改名', workflow: 'hazard', resolve_n: 2, resolve_unit: 'work_day', limits: ['contact@urgent/12345=20 minute'] }, wrong: [{ grade: 'x' }, { parent: 'none' }, { parent: 'litter' }, { restricted_kind: 'minor' }, { resolve_n: 1 }, { limits: ['contact=soon'] }, { limits: ['nap=3 day'] }] },
    ];
    for (const { path, make, change, wrong } of THINGS)
        it(`${path}: made, changed, retired, made again`, async () => {
            const name = path.split('/').at(-1), code = `${P}-${name}`, object = { parties: 'party', places: 'place', categories: 'category' }[name];
            const made = await admin.post(path, { code, ...make });
            assert.equal(made.status, 201, made.text);
            assert.equal((await admin.post(path, { code, ...make })).status, 409);
            assert.equal((await find(path, code)).version, made.json.version);
            for (const body of wrong) {
                const answer = await patch(admin, `${path}/${code}`, body, made.json.version);
                assert.deepEqual([answer.status, answer.json.type], [422, 'urn:wangge:problem:invalid-change'], answer.text);
            }
            const changed = await patch(admin, `${path}/${code}`, change, made.json.version);
            assert.equal(changed.status, 200, changed.text);
            assert.equal((await patch(admin, `${path}/${code}`, change, made.json.version)).status, 412);
            assert.equal((await patch(admin, `${path}/${code}x`, change, made.json.version)).status, 404);
            const item = await find(path, code), told = await audited(`${object}.changed`, `${object}:${code}`);
            for (const [field, value] of Object.entries(change).filter(([one]) => !/_n$|_unit$|^limits$/.test(one))) {
                assert.deepEqual(item[field], value, field);
                assert.deepEqual(told.after[field], value, field);
                assert.notDeepEqual(told.before[field], value, field);
            }
            if (name === 'categories')
                assert.deepEqual(item.limits, { accept: { n: 30, unit: 'work_minute' }, resolve: { n: 2, unit: 'work_day' }, 'contact@urgent/12345': { n: 20, unit: 'minute' } });
            for (let i = 0; i < 2; i++)
                assert.equal((await remove(admin, `${path}/${code}`)).status, 204);
            assert.equal((await remove(admin, `${path}/${code}x`)).status, 404);
            assert.equal(await find(path, code), undefined);
            assert.equal(await house.count(`${name} WHERE code = '${code}' AND retired_at IS NOT NULL`), 1);
            assert.equal(await house.count(`audit WHERE action = '${object}.retired' AND object = '${object}:${code}'`), 1);
            assert.equal((await admin.post(path, { code, ...make })).status, 201, 'it may come back');
        });
    it('an administrator of one area has no say outside it, and none over the city', async () => {
        const code = `${P}-street-admin`;
        assert.equal((await admin.post('/api/v1/staff', { code, name: '街道管理员', posts: [`administrator@${STREET}`] })).status, 201);
        const street = house.client(undefined, { key: (await admin.post('/api/v1/keys', { name: code, staff: code })).json.key });
        const party = { code: `${P}-outside`, name: 'x', kind: 'other' };
        assert.equal((await street.post('/api/v1/parties', { ...party, area: '410103003' })).status, 403);
        assert.equal((await street.post('/api/v1/parties', party)).status, 403);
        assert.equal((await street.post('/api/v1/parties', { ...party, area: COMMUNITY })).status, 201);
        assert.equal((await street.post('/api/v1/staff', { code: `${P}-no`, name: 'x', posts: ['leader@410103003005002'] })).status, 403);
        assert.equal((await street.post('/api/v1/staff', { code: `${P}-no`, name: 'x' })).status, 403);
        assert.equal((await street.post('/api/v1/staff/410103003005002-leader/leave-office', {})).status, 403);
        const self = (await admin.get(`/api/v1/staff/${code}`)).json.version, join = (party, version) => patch(street, `/api/v1/staff/${code}`, { party }, version);
        for (const party of ['urban-management', 'water'])
            assert.equal((await join(party, self)).json?.type, 'urn:wangge:problem:outside-areas', 'whose cases lie all over the city');
        assert.equal((await street.post('/api/v1/staff', { code: `${P}-no`, name: 'x', posts: [`handler@${COMMUNITY}`], party: 'urban-management' })).status, 403);
        const joined = await join('property-kangqiao', self);
        assert.equal(joined.status, 200, joined.text);
        const given = await patch(admin, `/api/v1/staff/${code}`, { party: 'urban-management' }, joined.json.version);
        assert.equal(given.status, 200, given.text);
        assert.equal((await patch(street, `/api/v1/staff/${code}`, { name: '改名' }, given.json.version)).status, 200, 'what is so already stays');
        assert.equal((await street.post('/api/v1/categories', { code: `${P}-no`, ...GRADE })).status, 403);
        assert.equal((await remove(street, '/api/v1/places/erdao-230')).status, 403);
    });
    it('a temporary grid with its outline or its addresses, ended early; an area of another layer; the tree is not touched', async () => {
        const [lon, lat] = (await admin.get(`/api/v1/areas/${COMMUNITY}`)).json.properties.point, d = 0.0002;
        const geometry = { type: 'Polygon', coordinates: [[[lon, lat], [lon + d, lat], [lon + d, lat + d], [lon, lat + d], [lon, lat]]] };
        const code = `${COMMUNITY}88${process.pid % 10}`, base = { code, level: 'grid', kind: 'temporary', parent: COMMUNITY, name: '考点临时网格', valid_to: at(48) };
        const made = await role('410103-administrator').post('/api/v1/areas', { ...base, geometry });
        assert.equal(made.status, 201, made.text);
        const area = (await admin.get(`/api/v1/areas/${code}`)).json;
        assert.deepEqual([area.properties.kind, area.properties.point !== null, area.properties.version], ['temporary', true, made.json.version]);
        assert.equal((await admin.post('/api/v1/areas', { ...base, geometry })).status, 409);
        const changed = await patch(admin, `/api/v1/areas/${code}`, { name: '改名', calendar: 'round-the-clock' }, made.json.version);
        assert.equal(changed.status, 200, changed.text);
        assert.notEqual((await admin.get(`/api/v1/areas/${code}`)).json.geometry, null, 'what was not named stays');
        assert.equal((await patch(admin, `/api/v1/areas/${code}`, { name: 'x' }, made.json.version)).status, 412);
        assert.equal((await patch(admin, `/api/v1/areas/${code}?layer=police`, { name: 'x' }, made.json.version)).status, 404);
        for (const more of [{ code: `${COMMUNITY}111`, kind: 'ordinary' }, { valid_to: null }, { valid_to: at(-1) }, { parent: '410199' }, { matters: ['none'] }, { calendar: 'none' }, { addresses: ['x'] },
            { geometry: { type: 'Polygon', coordinates: [[[lon, lat], [lon + d, lat + d], [lon + d, lat], [lon, lat + d], [lon, lat]]] } }, { geometry: { type: 'Point', coordinates: [lon, lat] } }])
            assert.equal((await admin.post('/api/v1/areas', { ...base, code: `${COMMUNITY}89${process.pid % 10}`, geometry, ...more })).status, 422, JSON.stringify(more));
        for (let i = 0; i < 2; i++)
            assert.equal((await remove(admin, `/api/v1/areas/${code}`)).status, 204);
        assert.equal((await admin.get(`/api/v1/areas/${code}`)).status, 404);
        assert.equal(await house.count(`area_codes c JOIN areas a ON a.id = c.area_id WHERE a.code = '${code}' AND c.valid_to = a.valid_to`), 1);
        const police = await admin.post('/api/v1/areas', { code: `${COMMUNITY}701`, layer: `${P}-police`, level: 'grid', parent: COMMUNITY, name: '第一警务区', addresses: ['compound=康桥华城'] });
        assert.equal(police.status, 201, police.text);
        const addresses = () => house.count(`area_addresses d JOIN areas a ON a.id = d.area_id WHERE a.layer = '${P}-police'`);
        assert.equal(await addresses(), 1);
        assert.equal((await patch(admin, `/api/v1/areas/${COMMUNITY}701?layer=${P}-police`, { addresses: ['road=大学北路 1-99', 'compound=康桥华城'] }, police.json.version)).status, 200);
        assert.equal(await addresses(), 2);
        assert.equal((await remove(admin, `/api/v1/areas/${COMMUNITY}701?layer=${P}-police`)).status, 204);
        assert.equal((await remove(admin, `/api/v1/areas/${COMMUNITY}003`)).status, 422, 'the standing tree comes by import');
        assert.equal((await remove(admin, '/api/v1/areas/410103999')).status, 404);
        assert.equal((await remove(admin, `/api/v1/areas/${COMMUNITY}003?colour=red`)).status, 400);
    });
    it('competence and calendars', async () => {
        const row = { code: `${P}-own`, category: 'litter', area: COMMUNITY, party: 'property-kangqiao', list: 'own', note: '小区内由物业清运' };
        for (const list of ['own', 'taken-back'])
            assert.equal((await admin.post('/api/v1/competence', { ...row, list })).status, 201);
        assert.equal((await find('/api/v1/competence', row.code)).list, 'taken-back');
        for (const more of [{ post: 'leader' }, { party: null }, { party: 'none' }, { category: 'none' }, { area: '419999' }, { list: 'x' }])
            assert.equal((await admin.post('/api/v1/competence', { ...row, ...more })).status, 422, JSON.stringify(more));
        assert.equal((await remove(admin, `/api/v1/competence/${row.code}`)).status, 204);
        assert.equal((await remove(admin, `/api/v1/competence/${row.code}`)).status, 404);
        const calendar = (await admin.get('/api/v1/calendars')).json.items.find((one) => one.code === 'round-the-clock');
        const put = (code, definition, version) => admin.send('PUT', `/api/v1/calendars/${code}`, { body: definition, ...match(version) });
        const same = await put('round-the-clock', calendar.definition, calendar.version);
        assert.deepEqual([same.status, same.json?.version], [200, String(calendar.version + 1)], same.text);
        assert.equal((await put('round-the-clock', calendar.definition, calendar.version)).status, 412);
        assert.equal((await put('nowhere', calendar.definition, 1)).status, 404);
        assert.equal((await put('round-the-clock', { ...calendar.definition, hours: [] }, calendar.version + 1)).status, 422);
    });

    describe('who reported', () => {
        const GRID = `${COMMUNITY}007`, REPORTER = { name: '李四光', phone: '13712345678', email: `${P}@example.net`, consent: true };
        let said, item;
        const reveal = (client, body, number = said.number) => client.post(`/api/v1/reports/${number}/reveal`, body);
        before(async () => {
            said = (await admin.post('/api/v1/reports', { text: '井盖响', category: 'litter', area: GRID, reporter: REPORTER })).json;
            item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.number}`)).json.items[0]);
        });
        it('staff of the area see it masked, others nothing', async () => {
            const masked = await role(`${GRID}-leader`).get(`/api/v1/reports/${said.number}/reporter`);
            assert.deepEqual(masked.json, { name: '李**', phone: '137****5678', email: 'a***@example.net', consent: true }, masked.text);
            assert.equal(masked.headers['cache-control'], 'no-store');
            for (const [code, number] of [['410103003005002-leader', said.number], [`${GRID}-leader`, '260101-1001-3'], [`${GRID}-leader`, 'x']])
                assert.equal((await role(code).get(`/api/v1/reports/${number}/reporter`)).status, 404, code);
            assert.equal((await role('property-kangqiao-handler').get(`/api/v1/reports/${said.number}/reporter`)).status, 404);
            assert.equal((await role(`${GRID}-leader`).get(`/api/v1/reports/${said.number}/reporter?x=y`)).status, 400);
            assert.equal((await house.client().get(`/api/v1/reports/${said.number}?code=${said.query_code}`)).json.looks.length, 0, 'masked is no look');
        });
        it('who has it in hand looks at one field, with a reason; each look is logged and the reporter sees it', async () => {
            const looks = [[`${GRID}-leader`, 'phone', '上门前联系', '13712345678', 'leader'], [`${COMMUNITY}-secretary`, 'name', '核实身份', '李四光', 'secretary'], [`${COMMUNITY}-dispatcher`, 'email', '补材料', `${P}@example.net`, 'dispatcher']];
            for (const [code, field, reason, value] of looks) {
                const answer = await reveal(role(code), { field, reason });
                assert.deepEqual([answer.status, answer.json.value], [200, value], answer.text);
                assert.equal((await audited('reporter.looked-at', `report:${said.id}`)).reason, reason);
            }
            const { json } = await house.client().get(`/api/v1/reports/${said.number}?code=${said.query_code}`);
            assert.deepEqual(json.looks.map(({ post, field, reason }) => [post, field, reason]), looks.map(([, field, reason, , post]) => [post, field, reason]));
            assert.equal((await role(`${GRID}-leader`).get(`/api/v1/reports/${said.number}`)).json.looks, undefined, 'it is the reporter\'s');
            assert.deepEqual(house.logs.grep(/13712345678|李四光/), [], 'in no log');
            assert.equal(await house.count(`audit WHERE detail::text ~ '13712345678|李四光'`), 0);
        });
        it('nobody else: not the coordinator of the street, no administrator, no system, no one outside', async () => {
            const look = { field: 'phone', reason: '看看' };
            assert.equal((await reveal(role(`${STREET}-coordinator`), look)).status, 403);
            assert.equal((await reveal(admin, look)).status, 403);
            const key = (await admin.post('/api/v1/keys', { name: 'x', system: `${P}-reveal` })).json.key;
            assert.equal((await reveal(house.client(undefined, { key }), look)).status, 403);
            assert.equal((await reveal(role('410103003005-secretary'), look)).status, 404);
            assert.equal((await reveal(role(`${COMMUNITY}-secretary`), look, '260101-1001-3')).status, 404);
            for (const body of [{}, { field: 'phone' }, { field: 'address', reason: 'x' }, { ...look, reason: '' }, { ...look, reason: '长'.repeat(201) }, { ...look, x: 1 }])
                assert.equal((await reveal(role(`${COMMUNITY}-secretary`), body)).status, 422, JSON.stringify(body));
            const send = (body, type) => role(`${COMMUNITY}-secretary`).send('POST', `/api/v1/reports/${said.number}/reveal`, { body, type });
            assert.deepEqual([(await send('{', 'application/json')).status, (await send('x', 'text/plain')).status, (await send('x'.repeat(2 << 20), 'application/json')).status], [400, 415, 413]);
        });
        it('a named report and a complaint about staff are for the supervisor alone', async () => {
            for (const category of ['named-report', 'staff-conduct']) {
                const { number } = (await admin.post('/api/v1/reports', { text: '举报', category, area: GRID, reporter: REPORTER })).json;
                await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${number}`)).json.items[0]);
                for (const code of [`${COMMUNITY}-secretary`, `${GRID}-leader`, '410103-dispatcher'])
                    assert.equal((await reveal(role(code), { field: 'name', reason: 'x' }, number)).status, 404, `${category} ${code}`);
                assert.equal((await role(`${COMMUNITY}-secretary`).get(`/api/v1/reports/${number}/reporter`)).status, 404);
                assert.equal((await reveal(role('410103-supervisor'), { field: 'name', reason: '核实' }, number)).json.value, '李四光');
            }
        });
        it('a field that was not given', async () => {
            const { number } = (await admin.post('/api/v1/reports', { text: '匿名', category: 'litter', area: GRID })).json;
            await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${number}`)).json.items[0]);
            assert.deepEqual((await role(`${GRID}-leader`).get(`/api/v1/reports/${number}/reporter`)).json, { name: null, phone: null, email: null, consent: false });
            assert.equal((await reveal(role(`${GRID}-leader`), { field: 'phone', reason: 'x' }, number)).json.type, 'urn:wangge:problem:not-given');
        });
    });
});
