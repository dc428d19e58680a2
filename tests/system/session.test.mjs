// Promise (docs/decisions/0016-log-in.md): people log in. Whoever guesses is locked out, wherever and however fast they
// guess; a session works at every service, ends everywhere within two seconds, and a page of another site can do nothing
// with it. Races: many guesses at once, two instances, a helper that dies in the middle, a restart under a lock.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { Desk, deskOf, oneTime, totp } from '../lib/desk.mjs';
import { Instance } from '../lib/instance.mjs';
import { routes } from '../lib/routes.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012', GRID = '410103007012003';
const LEADER = `${GRID}-leader`, DISPATCHER = `${COMMUNITY}-dispatcher`, SECRETARY = `${COMMUNITY}-secretary`;
const problem = (answer) => answer.json?.type?.replace('urn:wangge:problem:', '');

describe('session', () => {
    let house, admin, offset = 0;
    before(async () => {
        house = await Instance.up({ name: 'session', env: { WANGGE_REGISTRY: '2', WANGGE_TOTP_POSTS: 'clerk,coordinator' } });
        admin = house.client('admin');
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const desk = (options) => new Desk({ port: house.port, ...options });
    const later = (seconds) => house.moveClock(offset += seconds);
    const silent = (who) => waitFor('silence', async () => (await who.get('/api/v1/sessions/current')).status === 401, { seconds: 10 });

    it('the first log-in: a one-time password, changed before anything else', async () => {
        const one = desk(), first = await oneTime(admin, LEADER);
        assert.match(first, /^[a-z2-9]{12}$/);
        const begun = await one.logIn(LEADER, first);
        assert.equal(begun.status, 201, begun.text);
        assert.equal(begun.json.must, 'change-password');
        assert.deepEqual(begun.json.posts, [{ post: 'leader', area: GRID, level: 'grid' }]);
        assert.equal(begun.headers['set-cookie'].length, 1);
        assert.match(begun.headers['set-cookie'][0], /^wangge_session=[\w-]{43}; Path=\/; Max-Age=43200; HttpOnly; SameSite=Strict$/);
        assert.ok(!begun.text.includes(one.jar.get('wangge_session')), 'the token is in the cookie alone');
        for (const route of routes().filter((each) => !each.open && !each.route.startsWith('/api/v1/sessions'))) {
            const answer = await one.send(route.method, route.path, { body: route.body, type: route.type, headers: route.headers });
            assert.equal(problem(answer), 'password-change-required', `${route.name}: ${answer.text}`);
        }
        const known = (await admin.post('/api/v1/reports', { text: '路灯不亮', area: GRID })).json.number;
        for (const path of [`/api/v1/reports/${known}`, `/api/v1/reports/${known}/actions`])
            assert.deepEqual([(await one.get(path)).status, problem(await one.get(path))], [401, problem(await desk().get(path))], `${path}: nobody yet`);
        const said = await one.post('/api/v1/reports', { text: '路灯不亮', area: GRID });
        assert.equal(said.status, 201, said.text);
        assert.equal(await house.one(`SELECT entered_by FROM reports WHERE id = ${said.json.id}`), null);
        const stale = desk();
        stale.jar = new Map(one.jar);
        for (const [fresh, pointer] of [['short', '/new'], ['x'.repeat(129), '/new'], ['password123', '/new'], [LEADER, '/new'], [first, '/new'], ['aaaaaaaaaaaa', '/new']]) {
            const refused = await one.send('PUT', '/api/v1/sessions/current/password', { body: { old: first, new: fresh } });
            assert.equal(refused.status, 422, fresh);
            assert.equal(refused.json.errors[0].pointer, pointer);
        }
        const changed = await one.send('PUT', '/api/v1/sessions/current/password', { body: { old: first, new: '长长的口令，谁也猜不到' } });
        assert.equal(changed.status, 200, changed.text);
        assert.equal(changed.json.must, null);
        assert.equal((await one.get('/api/v1/inbox')).status, 200, 'at once');
        await silent(stale);
        assert.equal((await desk().logIn(LEADER, first)).status, 401, 'the one-time password is gone');
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 201);
    });
    it('the cookie works at every service, with the person\'s own rights', async () => {
        const one = await deskOf(house, DISPATCHER);
        for (const path of ['/api/v1/cases', '/api/v1/inbox', '/api/v1/staff', '/api/v1/workflows', '/api/v1/areas', '/api/v1/counters'])
            assert.equal((await one.get(path)).status, 200, path);
        assert.equal((await one.post('/api/v1/triage/preview', { text: '路灯不亮' })).status, 200);
        assert.equal((await one.post('/api/v1/reports', { text: '路灯不亮', area: GRID })).status, 201);
        assert.equal((await one.get('/api/v1/cases?area=410103003005002')).status, 403);
        assert.equal((await one.get('/api/v1/keys')).status, 403);
        const me = (await one.get('/api/v1/sessions/current')).json;
        assert.equal(me.staff.code, DISPATCHER);
        assert.equal(me.how, 'password');
    });
    it('the administrator\'s post is one', async () => {
        const one = await deskOf(house, '410103-administrator');
        assert.equal((await one.get('/api/v1/audit')).status, 200);
        assert.equal((await one.send('POST', `/api/v1/staff/${SECRETARY}/password`)).status, 201);
        assert.equal((await one.send('POST', '/api/v1/staff/nobody/password')).status, 404);
        assert.equal((await one.get(`/api/v1/sessions?staff=${DISPATCHER}`)).json.items.length, 1);
        assert.equal((await one.get('/api/v1/sessions?staff=')).status, 400);
        assert.equal((await one.get('/api/v1/sessions?colour=red')).status, 400);
    });
    it('a page of another site can do nothing', async () => {
        const one = await deskOf(house, SECRETARY);
        const cookie = { Cookie: `wangge_session=${one.jar.get('wangge_session')}` };
        const send = (headers) => house.client().send('POST', '/api/v1/triage/preview', { body: { text: '路灯' }, headers: { ...cookie, ...headers } });
        for (const origin of ['http://example.net', 'null', `http://127.0.0.1:${house.port + 1}`, `http://127.0.0.1:${house.port}.example.net`, `ftp://127.0.0.1:${house.port}`])
            assert.equal(problem(await send({ Origin: origin })), 'cross-site', origin);
        assert.equal(problem(await send({})), 'cross-site', 'no origin at all');
        assert.equal((await send({ Origin: `http://127.0.0.1:${house.port}` })).status, 200);
        assert.equal((await send({ 'X-Wangge': '1' })).status, 200, 'no browser');
        const other = desk({ origin: 'http://example.net' });
        assert.equal(problem(await other.logIn(SECRETARY, one.password)), 'cross-site', 'nor log somebody in as somebody else');
    });
    it('behind https the cookie is for https alone, and so are the pages', async () => {
        const one = await deskOf(house, SECRETARY), https = { 'X-Forwarded-Proto': 'https', Host: 'wangge.example' };
        const inside = house.inside('registry');
        const begun = await inside.send('POST', '/api/v1/sessions', { body: { staff: SECRETARY, password: one.password }, headers: { ...https, Origin: 'https://wangge.example' } });
        assert.equal(begun.status, 201, begun.text);
        assert.match(begun.headers['set-cookie'][0], /; SameSite=Strict; Secure$/);
        const cookie = { Cookie: begun.headers['set-cookie'][0].split(';')[0] };
        const out = (headers) => inside.send('DELETE', '/api/v1/sessions/current', { headers: { ...https, ...cookie, ...headers } });
        assert.equal(problem(await out({ Origin: 'http://wangge.example' })), 'cross-site');
        assert.equal((await out({ Origin: 'https://wangge.example' })).status, 204);
        inside.close();
    });
    it('without a single sign-on there is no way by it', async () => {
        for (const path of ['/api/v1/sessions/oidc', '/api/v1/sessions/oidc/callback'])
            assert.equal((await house.client().get(path)).status, 404, path);
    });
    it('what is no cookie of ours', async () => {
        for (const token of ['x', 'A'.repeat(43), 'A'.repeat(3000), "' OR 1=1 --", admin.key, '']) {
            const answer = await house.client().get('/api/v1/cases', { headers: { Cookie: `wangge_session=${token}` } });
            assert.equal(answer.status, 401, token);
            assert.ok(['session-expired', 'key-required'].includes(problem(answer)), answer.text);
        }
        const stranger = house.client();
        assert.equal((await stranger.get('/api/v1/areas?limit=1', { headers: { Cookie: `wangge_session=${'B'.repeat(43)}` } })).status, 200, 'what is open stays open');
        const many = await Promise.all(Array.from({ length: 60 }, () => stranger.get('/api/v1/areas?limit=1', { headers: { Cookie: `wangge_session=${'B'.repeat(43)}` } })));
        assert.ok(many.some((answer) => answer.status === 429), 'but is no way around the door\'s limit');
        const own = desk();
        await own.logIn(LEADER, '长长的口令，谁也猜不到');
        assert.equal((await house.client().get('/api/v1/cases', { headers: { Authorization: `Bearer ${own.jar.get('wangge_session')}` } })).status, 401, 'a session is no key');
        for (const route of ['/api/v1/sessions', '/api/v1/sessions/current'])
            assert.equal(problem(await house.client(LEADER).get(route)), 'no-session');
    });
    it('a body that is no log-in', async () => {
        for (const body of [{}, { staff: LEADER }, { staff: '', password: 'x' }, { staff: 1, password: 'x' }, { staff: LEADER, password: 'x', colour: 'red' },
            { staff: LEADER, password: 'x', device: 'phone' }, { staff: LEADER, password: 'x', device_name: '我的手机' }, { staff: 'x'.repeat(101), password: 'x' },
            { staff: LEADER, password: 'x', totp: 'x'.repeat(7) }, { staff: LEADER, password: 'x'.repeat(600) }])
            assert.equal((await desk().post('/api/v1/sessions', body)).status, 422, JSON.stringify(body));
        assert.equal((await desk().send('POST', '/api/v1/sessions', { body: '{', type: 'application/json' })).status, 400);
        assert.equal((await desk().send('POST', '/api/v1/sessions', { body: 'x', type: 'text/plain' })).status, 415);
        assert.equal((await desk().send('POST', '/api/v1/sessions', { body: `{"staff":"${'x'.repeat(1 << 20)}"}` })).status, 413);
    });

    it('whoever is not there costs what a wrong password costs', async () => {
        const took = async (staff) => {
            const from = process.hrtime.bigint();
            const answer = await desk().logIn(staff, 'surely not this one');
            assert.equal(problem(answer), 'login-wrong', answer.text);
            return Number(process.hrtime.bigint() - from) / 1e6;
        };
        const there = [], nowhere = [];
        for (let i = 0; i < 3; i++) {
            there.push(await took(SECRETARY));
            nowhere.push(await took(`nobody-${i}`));
        }
        const middle = (times) => times.sort((a, b) => a - b)[1];
        assert.ok(middle(nowhere) > middle(there) / 3 && middle(nowhere) > 20, `there ${there}, nowhere ${nowhere}`);
    });
    it('five wrong ones lock, at every instance, after a restart, and for longer each time', async () => {
        for (const name of [LEADER, 'nobody-at-all']) {
            const guess = async () => desk().logIn(name, 'wrong and wrong');
            for (let i = 0; i < 5; i++)
                assert.equal((await guess()).status, 401);
            const locked = await guess();
            assert.equal(problem(locked), 'locked-out', name);
            const wait = Number(locked.headers['retry-after']);
            assert.ok(wait > 30 && wait <= 60, String(wait));
            for (let i = 0; i < 6; i++)
                assert.equal((await guess()).status, 429, 'whichever instance is asked');
        }
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 429, 'the right one too');
        for (const n of [1, 2])
            await house.service('restart', `registry-${n}`);
        await house.ready();
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 429, 'after a restart');
        later(61);
        assert.equal((await desk().logIn(LEADER, 'wrong and wrong')).status, 401);
        const again = Number((await desk().logIn(LEADER, 'wrong and wrong')).headers['retry-after']);
        assert.ok(again > 60 && again <= 120, `grown: ${again}`);
        later(121);
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 201, 'the right one, when it is over');
        assert.equal((await desk().logIn(LEADER, 'wrong and wrong')).status, 401, 'and all is forgiven');
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 201);
        const actions = (await admin.get('/api/v1/audit?limit=200')).json.items.map((item) => item.action);
        for (const action of ['session.refused', 'session.locked', 'session.made', 'password.set', 'password.changed'])
            assert.ok(actions.includes(action), action);
    });
    it('forty guesses at once: five are judged', async () => {
        const answers = await Promise.all(Array.from({ length: 40 }, () => desk().logIn('410103-dispatcher', 'wrong at once')));
        assert.equal(answers.filter((one) => one.status === 401).length, 5);
        assert.equal(answers.filter((one) => one.status === 429).length, 35);
        await oneTime(admin, '410103-dispatcher');
        assert.equal((await desk().logIn('410103-dispatcher', 'wrong at once')).status, 401, 'a new password opens the lock');
    });
    it('many names from one address lock the address', async () => {
        const one = desk();
        let locked;
        for (let i = 0; i < 60 && locked === undefined; i++) {
            const answer = await waitFor('the door', async () => {
                const got = await one.logIn(`name-${i}`, 'wrong each time');
                return problem(got) === 'too-many-requests' ? false : got;
            });
            locked = problem(answer) === 'locked-out' ? i : undefined;
        }
        assert.equal(locked, 30);
        assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 201, 'others are not concerned');
    });

    const workers = () => [1, 2].flatMap((n) => {
        const parent = house.pid(`registry-${n}`);
        return readdirSync('/proc').filter((pid) => {
            try {
                const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
                return /^\d+$/.test(pid) && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]) === parent;
            } catch {
                return false;
            }
        }).map(Number);
    });
    it('a helper that dies in the middle: said so, not counted, and the next one works', async () => {
        await Promise.all(Array.from({ length: 8 }, () => desk().logIn(LEADER, '长长的口令，谁也猜不到')));
        const before = workers();
        assert.ok(before.length >= 2, 'they are there');
        for (const pid of before)
            process.kill(pid, 'SIGSTOP');
        const asked = Array.from({ length: 4 }, () => desk().logIn(LEADER, '长长的口令，谁也猜不到'));
        await waitFor('the tries', async () => Number(await house.one(`SELECT sum(failures) FROM login_failures WHERE locked_until IS NULL
            AND subject = substr(sha256(convert_to('staff:${LEADER}', 'UTF8')), 1, 16)`)) === 4);
        for (const pid of before)
            process.kill(pid, 'SIGKILL');
        const answers = await Promise.all(asked);
        assert.ok(answers.some((one) => problem(one) === 'helper-gone'), answers.map((one) => one.text).join());
        assert.ok(answers.every((one) => [201, 503].includes(one.status)), 'nobody is told that it was wrong');
        for (let i = 0; i < 6; i++)
            assert.equal((await desk().logIn(LEADER, '长长的口令，谁也猜不到')).status, 201);
        assert.ok(house.logs.grep(/event=helper-ended/, 'registry').length > 0);
    });

    it('log out: over everywhere within two seconds', async () => {
        const one = desk(), other = desk();
        await one.logIn(LEADER, '长长的口令，谁也猜不到');
        other.jar = new Map(one.jar);
        for (const path of ['/api/v1/cases', '/api/v1/inbox', '/api/v1/staff', '/api/v1/workflows'])
            assert.equal((await other.get(path)).status, 200);
        const gone = await one.send('DELETE', '/api/v1/sessions/current');
        assert.equal(gone.status, 204);
        assert.equal(one.jar.size, 0, 'the cookie is taken away');
        const at = Date.now();
        for (const path of ['/api/v1/cases', '/api/v1/inbox', '/api/v1/staff', '/api/v1/workflows'])
            await waitFor(path, async () => problem(await other.get(path)) === 'session-expired', { seconds: 10, everyMs: 50 });
        assert.ok(Date.now() - at < 3000, `took ${Date.now() - at} ms`);
        assert.equal((await other.get('/api/v1/areas?limit=1')).status, 200);
    });
    it('one\'s other sessions, and not somebody else\'s', async () => {
        const one = await deskOf(house, `${GRID}-leader`, '另一个长长的口令'), other = desk(), stranger = await deskOf(house, DISPATCHER);
        await other.logIn(LEADER, '另一个长长的口令');
        const items = (await one.get('/api/v1/sessions')).json.items;
        assert.deepEqual(items.map((item) => item.current), [false, true]);
        assert.equal((await stranger.send('DELETE', `/api/v1/sessions/${items[0].id}`)).status, 404);
        assert.equal((await one.send('DELETE', '/api/v1/sessions/x')).status, 404);
        assert.equal((await one.send('DELETE', `/api/v1/sessions/${items[0].id}`)).status, 204);
        await silent(other);
        const mine = (await one.get('/api/v1/sessions')).json.items[0].id;
        assert.equal((await admin.send('DELETE', `/api/v1/sessions/${mine}`)).status, 204, 'an administrator anybody\'s');
        await silent(one);
    });
    it('a changed password ends all other sessions; a wrong former one is counted', async () => {
        const one = desk(), other = desk(), password = '另一个长长的口令';
        await one.logIn(LEADER, password);
        await other.logIn(LEADER, password);
        const change = (old, fresh) => one.send('PUT', '/api/v1/sessions/current/password', { body: { old, new: fresh } });
        assert.equal(problem(await change('not the former', '第三个长长的口令')), 'former-password-wrong');
        for (const path of ['/api/v1/sessions/current/password', '/api/v1/sessions/current/totp'])
            for (const [body, type, status] of [['{', 'application/json', 400], ['x', 'text/plain', 415], [`"${'x'.repeat(1 << 20)}"`, 'application/json', 413]])
                assert.equal((await one.send('PUT', path, { body, type })).status, status, path);
        assert.equal((await change(password, '第三个长长的口令')).status, 200);
        await silent(other);
        for (let i = 0; i < 5; i++)
            await change('not the former', '第四个长长的口令');
        assert.equal(problem(await change('第三个长长的口令', '第四个长长的口令')), 'locked-out');
        await oneTime(admin, LEADER);
        await silent(one);
    });
    it('who has left is out at once', async () => {
        const one = await deskOf(house, SECRETARY);
        assert.equal((await one.get('/api/v1/cases')).status, 200);
        await house.sql(`UPDATE staff SET left_at = '${new Date(house.now() - 1000).toISOString()}' WHERE code = '${SECRETARY}'`);
        await silent(one);
        assert.equal((await desk().logIn(SECRETARY, one.password)).status, 401);
        await house.sql(`UPDATE staff SET left_at = NULL WHERE code = '${SECRETARY}'`);
    });
    it('a phone is bound: two cookies, neither of them enough, thirty days', async () => {
        const { password } = await deskOf(house, LEADER, '手机上的长长口令');
        const phone = desk();
        const begun = await phone.logIn(LEADER, password, { device: 'bind', device_name: '我的手机' });
        assert.equal(begun.status, 201, begun.text);
        assert.equal(begun.json.device, '我的手机');
        assert.deepEqual([...phone.jar.keys()], ['wangge_session', 'wangge_device']);
        assert.equal((await phone.get('/api/v1/inbox')).status, 200);
        for (const device of ['', `; wangge_device=${'A'.repeat(43)}`, `; wangge_device=${phone.jar.get('wangge_session')}`])
            assert.equal(problem(await house.client().get('/api/v1/inbox', { headers: { Cookie: `wangge_session=${phone.jar.get('wangge_session')}${device}` } })), 'session-expired');
        const desktop = desk();
        await desktop.logIn(LEADER, password);
        later(2 * 3600 + 61);
        await silent(desktop);
        later(20 * 86400);
        assert.equal((await phone.get('/api/v1/inbox')).status, 200);
        const fresh = desk();
        await fresh.logIn(LEADER, password);
        assert.equal((await fresh.get('/api/v1/sessions')).json.items.length, 2);
        for (let hour = 0; hour < 7; hour++) {
            later(6600);
            await waitFor('the hour', async () => (await fresh.get('/api/v1/sessions/current')).status === (hour < 6 ? 200 : 401));
        }
        later(10 * 86400);
        await silent(phone);
    });

    it('one-time codes: enrolled, asked for, none twice', async () => {
        const one = await deskOf(house, DISPATCHER);
        assert.equal((await house.client(DISPATCHER).send('POST', '/api/v1/sessions/current/totp')).status, 403);
        const confirm = (code) => one.send('PUT', '/api/v1/sessions/current/totp', { body: { code } });
        assert.equal(problem(await confirm('000000')), 'totp-unconfirmed', 'before there is one');
        const shown = await one.send('POST', '/api/v1/sessions/current/totp');
        assert.equal(shown.status, 201, shown.text);
        const { secret } = shown.json;
        const now = () => house.now().getTime();
        assert.equal((await desk().logIn(DISPATCHER, one.password)).status, 201, 'not in force yet');
        assert.equal(problem(await confirm(totp(secret, now(), 100))), 'totp-unconfirmed');
        assert.equal((await confirm('12345')).status, 403);
        assert.equal((await one.send('PUT', '/api/v1/sessions/current/totp', { body: {} })).status, 422);
        const former = desk();
        former.jar = new Map(one.jar);
        assert.equal((await confirm(totp(secret, now()))).status, 200);
        assert.equal((await one.get('/api/v1/sessions/current')).json.totp, true);
        await silent(former);
        assert.equal(problem(await one.send('POST', '/api/v1/sessions/current/totp')), 'totp-in-force');
        assert.equal(problem(await desk().logIn(DISPATCHER, one.password)), 'totp-required');
        assert.equal(problem(await desk().logIn(DISPATCHER, one.password, { totp: totp(secret, now(), 9) })), 'totp-wrong');
        assert.equal(problem(await desk().logIn(DISPATCHER, 'wrong', { totp: totp(secret, now(), 1) })), 'login-wrong', 'no word about the code');
        const code = totp(secret, now(), 1);
        assert.equal((await desk().logIn(DISPATCHER, one.password, { totp: code })).json.how, 'totp');
        assert.equal(problem(await desk().logIn(DISPATCHER, one.password, { totp: code })), 'totp-wrong', 'the same again');
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${DISPATCHER}/totp`)).status, 204);
        assert.equal((await admin.send('DELETE', '/api/v1/staff/nobody/totp')).status, 404);
        await silent(one);
        assert.equal((await desk().logIn(DISPATCHER, one.password)).status, 201);
        assert.equal(await house.count(`passwords WHERE totp_sealed IS NOT NULL`), 0);
    });
    it('two log-ins with one code at the same moment: one', async () => {
        const one = await deskOf(house, DISPATCHER);
        const { secret } = (await one.send('POST', '/api/v1/sessions/current/totp')).json;
        assert.equal((await one.send('PUT', '/api/v1/sessions/current/totp', { body: { code: totp(secret, house.now().getTime(), -1) } })).status, 200);
        const code = totp(secret, house.now().getTime(), 1);
        const answers = await Promise.all([1, 2, 3].map(() => desk().logIn(DISPATCHER, one.password, { totp: code })));
        assert.deepEqual(answers.map((each) => each.status).sort(), [201, 401, 401]);
        await admin.send('DELETE', `/api/v1/staff/${DISPATCHER}/totp`);
    });
    it('a post that needs one-time codes does nothing without', async () => {
        const clerk = await house.one(`SELECT s.code FROM staff s JOIN posts p ON p.staff_id = s.id WHERE p.post IN ('clerk', 'coordinator') ORDER BY 1 LIMIT 1`);
        const one = await deskOf(house, clerk);
        assert.equal((await one.get('/api/v1/sessions/current')).json.must, 'enrol-totp');
        assert.equal(problem(await one.get('/api/v1/cases')), 'totp-enrolment-required');
        const { secret } = (await one.send('POST', '/api/v1/sessions/current/totp')).json;
        assert.equal((await one.send('PUT', '/api/v1/sessions/current/totp', { body: { code: totp(secret, house.now().getTime()) } })).json.must, null);
        assert.equal((await one.get('/api/v1/cases')).status, 200);
    });
    it('nor does who covers such a post', async () => {
        const hours = (n) => new Date(house.now().getTime() + n * 3600e3).toISOString(), one = await deskOf(house, `${GRID}-leader`, '值班的另一个长长口令');
        assert.equal((await one.get('/api/v1/sessions/current')).json.must, null);
        const covers = { code: 'covers-clerk', area: '410103007', post: 'clerk', staff: LEADER, kind: 'stand-in', starts_at: hours(-1), ends_at: hours(1) };
        assert.equal((await admin.post('/api/v1/duty', covers)).status, 201);
        assert.equal((await desk().logIn(LEADER, one.password)).json.must, 'enrol-totp');
        assert.equal((await admin.send('DELETE', '/api/v1/duty/covers-clerk')).status, 204);
        assert.equal((await desk().logIn(LEADER, one.password)).json.must, null);
    });
    it('no secret stands in a log or in the audit', async () => {
        const { text } = await admin.get('/api/v1/audit?limit=500');
        for (const secret of ['长长的口令', 'rather long', 'wrong at once', 'wrong and wrong']) {
            assert.ok(!text.includes(secret), secret);
            assert.deepEqual(house.logs.grep(new RegExp(secret)), []);
        }
        assert.equal(await house.count(`passwords WHERE hash NOT LIKE '$argon2id$v=19$m=65536,t=2,p=1$%'`), 0);
    });
});
