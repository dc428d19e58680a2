// Promise (docs/decisions/0016-log-in.md): who is somebody at the city's single sign-on logs in there, and nobody else:
// not with another browser's answer, an answer twice, a token that another made, is for another, or is no token at all.
// The server is a real one; where it has to lie, the test lies with its key.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import { Desk, deskOf as loggedIn, totp } from '../lib/desk.mjs';
import { Instance } from '../lib/instance.mjs';
import { Browser, Sso } from '../lib/sso.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012003', LEADER = `${GRID}-leader`, WORKER = '410103007012-secretary';
const CALLBACK = '/api/v1/sessions/oidc/callback', SECRET = 'a secret, with: & = % +';
const problem = (answer) => (answer.json ?? JSON.parse(answer.text)).type?.replace('urn:wangge:problem:', '');

describe('single sign-on', () => {
    let house, admin, sso, door, folder;
    before(async () => {
        folder = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'wg-secret-'));
        chmodSync(folder, 0o755);
        writeFileSync(join(folder, 'secret'), `${SECRET}\n`, { mode: 0o644 });
        sso = await Sso.open();
        house = await Instance.up({ name: 'sso', env: { WANGGE_REGISTRY: '2', WANGGE_OIDC_ISSUER: sso.issuer, WANGGE_OIDC_CLIENT_ID: 'wangge of the city',
            WANGGE_OIDC_CLIENT_SECRET_FILE: join(folder, 'secret') } });
        admin = house.client('admin');
        door = `http://127.0.0.1:${house.port}`;
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
            sso.close();
            rmSync(folder, { recursive: true });
        }
    });

    const start = (query = '') => `${door}/api/v1/sessions/oidc${query}`;
    const atDoor = (url) => url.startsWith(door) && !url.includes('/sessions/oidc');
    /** The browser's cookies, at a desk. */
    const deskOf = (browser) => {
        const desk = new Desk({ port: house.port });
        for (const [name, { value }] of browser.jars.get(door))
            desk.jar.set(name, value);
        return desk;
    };
    /** Up to the answer, which is not delivered. */
    const answered = async (browser = new Browser()) => {
        const { url } = await browser.visit(start(), (at) => at.startsWith(door + CALLBACK));
        assert.ok(url, 'there is an answer');
        return { browser, url: new URL(url) };
    };
    /** Delivers it through a client that holds the contract. */
    const deliver = (browser, url) => {
        const cookie = browser?.jars.get(door)?.get('wangge_sso')?.value;
        return new Desk({ port: house.port }).get(url.pathname + url.search, cookie === undefined ? {} : { headers: { Cookie: `wangge_sso=${cookie}` } });
    };

    it('while it does not answer: said so', async () => {
        assert.equal(problem(await house.client().get('/api/v1/sessions/oidc')), 'sso-away');
        sso.serve({ client: 'wangge of the city', secret: SECRET, redirect: door + CALLBACK });
    });
    it('who is nobody here is told so, until an administrator says who it is', async () => {
        sso.account = 'account-7';
        const { browser, url } = await answered();
        assert.equal(problem(await deliver(browser, url)), 'sso-unknown');
        assert.equal((await admin.post(`/api/v1/staff/${LEADER}/identities`, { subject: 'account-7' })).status, 201);
        assert.equal(problem(await admin.post(`/api/v1/staff/${WORKER}/identities`, { subject: 'account-7' })), 'identity-taken');
        assert.equal((await admin.post('/api/v1/staff/nobody/identities', { subject: 'account-8' })).status, 404);
        for (const body of [{}, { subject: '' }, { subject: 7 }, { subject: 'x', colour: 'red' }, { subject: 'x'.repeat(256) }])
            assert.equal((await admin.post(`/api/v1/staff/${LEADER}/identities`, body)).status, 422);
        for (const [body, type, status] of [['{', 'application/json', 400], ['x', 'text/plain', 415], [`"${'x'.repeat(1 << 20)}"`, 'application/json', 413]])
            assert.equal((await admin.send('POST', `/api/v1/staff/${LEADER}/identities`, { body, type })).status, status);
        assert.deepEqual((await admin.get(`/api/v1/staff/${LEADER}/identities`)).json.items.map((one) => [one.issuer, one.subject]), [[sso.issuer, 'account-7']]);
    });
    it('log in, and arrive where one wanted to', async () => {
        const browser = new Browser();
        const { url } = await browser.visit(start('?return=/cases/7'), atDoor);
        assert.equal(url, `${door}/cases/7`);
        assert.ok(!browser.jars.get(door).has('wangge_sso'), 'the cookie of the way is gone');
        assert.match(browser.jars.get(door).get('wangge_session').text, /HttpOnly; SameSite=Strict/);
        const desk = deskOf(browser), me = (await desk.get('/api/v1/sessions/current')).json;
        assert.deepEqual([me.staff.code, me.how, me.password, me.device], [LEADER, 'sso', false, null]);
        assert.equal((await desk.get('/api/v1/inbox')).status, 200);
        assert.equal(problem(await desk.send('PUT', '/api/v1/sessions/current/password', { body: { old: 'x', new: 'long enough for one' } })), 'no-password');
    });
    it('a phone is bound', async () => {
        const browser = new Browser();
        await browser.visit(start('?device=bind'), atDoor);
        assert.match(browser.jars.get(door).get('wangge_device').text, /Max-Age=2592000/);
        const desk = deskOf(browser);
        assert.equal((await desk.get('/api/v1/inbox')).status, 200);
        desk.jar.delete('wangge_device');
        assert.equal((await desk.get('/api/v1/inbox')).status, 401);
    });
    it('what the browser is sent away with', async () => {
        const sent = await house.client().get('/api/v1/sessions/oidc');
        assert.equal(sent.status, 303);
        const to = new URL(sent.headers.location);
        assert.equal(to.origin, sso.issuer);
        assert.equal(to.searchParams.get('client_id'), 'wangge of the city');
        assert.equal(to.searchParams.get('code_challenge_method'), 'S256');
        assert.match(to.searchParams.get('code_challenge'), /^[\w-]{43}$/);
        assert.match(sent.headers['set-cookie'][0], /^wangge_sso=[\w-]+; Path=\/api\/v1\/sessions\/oidc; Max-Age=600; HttpOnly; SameSite=Lax$/);
        const again = new URL((await house.client().get('/api/v1/sessions/oidc')).headers.location);
        for (const name of ['state', 'nonce', 'code_challenge'])
            assert.notEqual(again.searchParams.get(name), to.searchParams.get(name), name);
    });
    it('back to this door alone', async () => {
        for (const back of ['//example.net', '/\\example.net', 'https://example.net', 'cases', '', '/a b', `/${'x'.repeat(300)}`, '/x%0d%0aSet-Cookie:a=b'])
            assert.equal((await house.client().get(`/api/v1/sessions/oidc?return=${back.includes('%') ? back : encodeURIComponent(back)}`)).status, 400, back);
        assert.equal((await house.client().get('/api/v1/sessions/oidc?device=keep')).status, 400);
    });
    it('the answer counts in the browser that asked, once, and for ten minutes', async () => {
        const mine = await answered(), theirs = await answered();
        assert.equal(problem(await deliver(undefined, mine.url)), 'sso-state', 'no cookie');
        assert.equal(problem(await deliver(theirs.browser, mine.url)), 'sso-state', 'another browser\'s');
        const torn = new Browser();
        torn.jars.set(door, new Map([['wangge_sso', { value: `${mine.browser.jars.get(door).get('wangge_sso').value.slice(0, -2)}AA` }]]));
        assert.equal(problem(await deliver(torn, mine.url)), 'sso-state', 'a cookie that is not ours');
        const stateless = new URL(mine.url);
        stateless.searchParams.delete('state');
        assert.equal(problem(await deliver(mine.browser, stateless)), 'sso-state');
        const issuer = new URL(mine.url);
        issuer.searchParams.set('iss', 'https://example.net');
        assert.equal(problem(await deliver(mine.browser, issuer)), 'sso-refused', 'somebody else\'s answer');
        assert.equal((await deliver(mine.browser, mine.url)).status, 303);
        assert.equal(problem(await deliver(mine.browser, mine.url)), 'sso-refused', 'the code is used up');
        house.moveClock(601);
        await waitFor('ten minutes', async () => problem(await deliver(theirs.browser, theirs.url)) === 'sso-state');
        house.moveClock(0);
    });
    it('a desk\'s post takes its one-time code, held or covered, asked for without any setting: not this way', async () => {
        const dispatcher = '410103007012-dispatcher', hours = (n) => new Date(Date.now() + n * 3600e3).toISOString();
        const asks = async (account) => {
            sso.account = account;
            const { browser, url } = await answered();
            const answer = await deliver(browser, url);
            sso.account = 'account-7';
            return answer.status === 303 ? 303 : problem(answer);
        };
        for (const [staff, subject] of [[dispatcher, 'account-desk'], [WORKER, 'account-8']])
            assert.equal((await admin.post(`/api/v1/staff/${staff}/identities`, { subject })).status, 201);
        assert.equal(await asks('account-desk'), 'sso-desk');
        assert.equal(await asks('account-8'), 303);
        const covers = { code: 'covers-dispatcher', area: '410103007012', post: 'dispatcher', staff: WORKER, kind: 'stand-in', starts_at: hours(-1), ends_at: hours(1) };
        assert.equal((await admin.post('/api/v1/duty', covers)).status, 201);
        assert.equal(await asks('account-8'), 'sso-desk');
        assert.equal((await admin.send('DELETE', '/api/v1/duty/covers-dispatcher')).status, 204);
        const desk = await loggedIn(house, WORKER), { secret } = (await desk.send('POST', '/api/v1/sessions/current/totp')).json;
        assert.equal((await desk.send('PUT', '/api/v1/sessions/current/totp', { body: { code: totp(secret, house.now().getTime()) } })).status, 200);
        assert.equal(await asks('account-8'), 'sso-desk', 'who has enrolled is asked');
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${WORKER}/totp`)).status, 204);
        assert.equal(await asks('account-8'), 303);
        const first = await loggedIn(house, dispatcher);
        assert.equal(problem(await first.get('/api/v1/cases')), 'totp-enrolment-required', 'a new city: the password, the code, then work');
        assert.equal((await house.client(dispatcher).get('/api/v1/cases')).status, 200, 'a key is no log-in');
    });
    it('it says no', async () => {
        sso.account = undefined;
        const { browser, url } = await answered();
        assert.equal(url.searchParams.get('error'), 'access_denied');
        assert.equal(problem(await deliver(browser, url)), 'sso-refused');
        sso.account = 'account-7';
    });
    it('a token that is not sound opens nothing', async () => {
        const stranger = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
        const now = Math.floor(Date.now() / 1000);
        // The nonce is in the address that the browser was sent away with.
        const attempt = async (make) => {
            const sent = await house.client().get('/api/v1/sessions/oidc');
            const to = new URL(sent.headers.location), cookie = sent.headers['set-cookie'][0].split(';')[0];
            sso.mean = () => make(to.searchParams.get('nonce'));
            const answer = await house.client().get(`${CALLBACK}?code=any&state=${to.searchParams.get('state')}`, { headers: { Cookie: cookie } });
            sso.mean = undefined;
            return answer;
        };
        assert.equal((await attempt((nonce) => sso.forge({ nonce }))).status, 303, 'the forger forges well: what follows fails for its flaw alone');
        for (const [name, make] of Object.entries({
            'none': (nonce) => sso.forge({ nonce }, { alg: 'none' }),
            'the public key as password': (nonce) => sso.forge({ nonce }, { alg: 'HS256' }),
            'somebody else\'s key': (nonce) => sso.forge({ nonce }, { key: stranger }),
            'another issuer': (nonce) => sso.forge({ nonce, iss: 'https://example.net' }),
            'for somebody else': (nonce) => sso.forge({ nonce, aud: 'other' }),
            'expired': (nonce) => sso.forge({ nonce, exp: now - 61 }),
            'another log-in\'s': () => sso.forge({ nonce: 'another' }),
            'no nonce': () => sso.forge({}),
            'nobody': (nonce) => sso.forge({ nonce, sub: undefined }),
            'no token': () => ({ access_token: 'x', token_type: 'Bearer' }),
            'something else': () => ({ id_token: 7 }),
        }))
            assert.equal(problem(await attempt(make)), 'sso-refused', name);
        assert.ok((await admin.get('/api/v1/audit?limit=50')).json.items.some((item) => item.action === 'session.refused' && item.detail.why === 'sso-signature'));
    });
    it('an identity that is taken away ends its sessions', async () => {
        const browser = new Browser();
        await browser.visit(start(), atDoor);
        const desk = deskOf(browser);
        assert.equal((await desk.get('/api/v1/inbox')).status, 200);
        const [{ id }] = (await admin.get(`/api/v1/staff/${LEADER}/identities`)).json.items;
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${WORKER}/identities/${id}`)).status, 404);
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${LEADER}/identities/x`)).status, 404);
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${LEADER}/identities/${id}`)).status, 204);
        await waitFor('silence', async () => (await desk.get('/api/v1/inbox')).status === 401);
        const { browser: other, url } = await answered();
        assert.equal(problem(await deliver(other, url)), 'sso-unknown');
    });
    it('or a claim says who it is', async () => {
        await house.raise({ env: { WANGGE_OIDC_CLAIM: 'preferred_username' } });
        house.asked['registry-1'] = (house.asked['registry-1'] ?? 0) + 1;
        house.asked['registry-2'] = (house.asked['registry-2'] ?? 0) + 1;
        sso.username = WORKER;
        const browser = new Browser();
        await browser.visit(start(), atDoor);
        assert.equal((await deskOf(browser).get('/api/v1/sessions/current')).json.staff.code, WORKER);
        sso.username = 'nobody';
        const { browser: other, url } = await answered();
        assert.equal(problem(await deliver(other, url)), 'sso-unknown');
    });
    it('no secret stands in a log', () => {
        assert.deepEqual(house.logs.grep(/a secret, with|id_token|code_verifier/), []);
    });
});
