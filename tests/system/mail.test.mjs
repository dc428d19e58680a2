// The promise of mail, against a real SMTP server that refuses, delays and cuts: each mail is taken once; again only
// where the answer was lost or notification was killed between sending and writing that down, and then with the same
// Message-ID; what cannot be sent says so in its row; a slow server holds nobody up; training and people who did not
// consent get none; without a server no mail is made, and /readyz says so.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from '../lib/instance.mjs';
import { Post } from '../lib/smtp.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012';
const CATEGORY = 'litter';
const FIRST_MS = 300; // the first wait after a failure; the eighth try comes 720 times later, so tests move the clock

describe('mail', () => {
    let post, house, nobody, grids, next = 0;
    const mailless = [];
    before(async () => {
        post = await Post.open();
        house = await Instance.up({ name: 'mail', env: { WANGGE_SMTP_URL: post.url, WANGGE_MAIL_BACKOFF_MS: String(FIRST_MS) } });
        nobody = house.client();
        const areas = await nobody.get(`/api/v1/areas?under=${COMMUNITY}&level=grid&limit=100`);
        grids = areas.json.features.map((feature) => feature.properties).filter((grid) => grid.kind === 'ordinary');
    });
    after(async () => {
        try {
            await house?.verify({ setAside: true, mailless }); // the three that tests below want to fail; the last one counts them
        } finally {
            await house?.down();
            await post?.close();
        }
    });

    /** A report to the leader of another grid each time: {id, to}; to is the leader's address. */
    const report = async (more = {}) => {
        const grid = grids[next++ % grids.length];
        const [lon, lat] = grid.point;
        const answer = await nobody.post('/api/v1/reports', { text: `第${next}次反映：垃圾没有清运。`, category: CATEGORY,
            lat, lon, ...more });
        assert.equal(answer.status, 201, answer.text);
        return { id: answer.json.id, number: answer.json.number, to: `${grid.code}-leader@erqi.example` };
    };
    const row = async (id) => {
        const [found] = await house.sql(`SELECT state, tries, coalesce(reason, ''), id FROM deliveries
            WHERE channel = 'mail' AND case_id = :id`, { id });
        return found && { state: found[0], tries: Number(found[1]), reason: found[2], id: found[3] };
    };
    const inState = (id, state, seconds = 30) =>
        waitFor(`the mail of case ${id} to be ${state}`, async () => {
            const got = await row(id);
            if (got?.state === state)
                return got;
            throw new Error(JSON.stringify(got));
        }, { seconds });
    const mails = (id) => post.mails.filter((mail) => mail.body.includes(`/api/v1/cases/${id}\r\n`));
    const misbehave = (how) => {
        post.behave = how;
    };
    const metric = async (name) => {
        const text = (await house.inside('notification').get('/metrics')).text;
        return Number(text.split('\n').find((line) => line.startsWith(`${name} `))?.split(' ')[1] ?? 0);
    };

    it('is a letter in both languages, with an id of its own and no header smuggled in', async () => {
        const { id, number, to } = await report({ text: '单元门坏了\r\nBcc: thief@example.net\r\n\r\n请修理。' });
        await inState(id, 'sent');
        const [mail] = mails(id);
        assert.deepEqual(mail.to, [to]);
        assert.equal(mail.headers.bcc, undefined);
        assert.equal(mail.id, `<${(await row(id)).id}@${mail.from.split('@')[1]}>`);
        assert.equal(mail.headers['auto-submitted'], 'auto-generated');
        assert.ok(mail.subject.includes(number) && mail.subject.includes('单元门坏了'));
        assert.ok(mail.body.indexOf('您有一件新事件') < mail.body.indexOf('A new case'), 'Chinese first');
        assert.ok(!/[{}]/.test(mail.body), 'every variable is filled in');
    });

    it('refused for now: comes later, once', async () => {
        let refusals = 2;
        misbehave(() => refusals-- > 0 ? 'refuse' : 'take');
        const { id } = await report();
        const { tries } = await inState(id, 'sent');
        misbehave(() => 'take');
        assert.equal(tries, 3);
        assert.equal(mails(id).length, 1);
    });

    it('refused for good: has failed after the first try, with the reason', async () => {
        misbehave(() => 'refuse-for-good');
        const failed = await metric('wangge_deliveries_total{channel="mail",outcome="failed"}');
        const { id } = await report();
        const { tries, reason } = await inState(id, 'failed');
        misbehave(() => 'take');
        assert.equal(tries, 1);
        assert.match(reason, /^smtp 550/);
        assert.equal(await metric('wangge_deliveries_total{channel="mail",outcome="failed"}'), failed + 1);
        assert.equal(mails(id).length, 0);
    });

    it('what was hidden (屏蔽内容) before its mail went out goes out so', async () => {
        misbehave(() => 'refuse');
        const secret = `隐私${Math.random()}`;
        const { id } = await report({ text: secret });
        await waitFor('a first try', async () => (await row(id))?.tries > 0);
        const coordinator = house.client('410103007-coordinator');
        const { headers } = await coordinator.get(`/api/v1/cases/${id}/actions`);
        const done = await coordinator.post(`/api/v1/cases/${id}/actions`, { action: 'redact', reason: 'privacy' }, { headers: { 'If-Match': headers.etag } });
        assert.equal(done.status, 200, done.text);
        const { tries } = await row(id); // what was claimed before is on its way as it was
        await waitFor('another try', async () => (await row(id)).tries > tries, { seconds: 60 });
        misbehave(() => 'take');
        await inState(id, 'sent', 120);
        const [mail] = mails(id);
        assert.ok(!mail.subject.includes(secret) && !mail.body.includes(secret), mail.body);
        assert.ok(mail.body.includes('内容已屏蔽'), mail.body);
    });

    it('refused again and again: gives up visibly after eight tries', async () => {
        misbehave(() => 'refuse');
        const { id } = await report();
        let moved = house.offset ?? 0;
        await waitFor('the eighth try', async () => {
            const { state } = await row(id);
            moved += 60;
            house.moveClock(moved);
            return state === 'failed';
        }, { seconds: 60, everyMs: 1200 });
        misbehave(() => 'take');
        const { tries, reason } = await row(id);
        assert.equal(tries, 8);
        assert.match(reason, /^smtp 451/);
    });

    it('the answer was lost: the same mail once more, with the same id', async () => {
        let cuts = 1;
        misbehave(() => cuts-- > 0 ? 'cut' : 'take');
        const { id } = await report();
        await inState(id, 'sent');
        misbehave(() => 'take');
        const both = mails(id);
        assert.equal(both.length, 2);
        assert.equal(both[0].id, both[1].id);
    });

    for (const [point, copies] of [['notification.before_send', 1], ['notification.after_send_before_record', 2]])
        it(`killed at ${point}: ${copies === 1 ? 'comes once' : 'comes twice, with the same id'}`, async () => {
            await house.arm('notification-1', `${point}:kill`);
            const before = house.fired().length;
            const { id } = await report();
            await waitFor('the point to fire', () => house.fired().length > before);
            house.asked['notification-1'] += house.fired().length - before;
            await house.arm('notification-1', '');
            house.moveClock((house.offset ?? 0) + 60); // the lease is over
            await inState(id, 'sent');
            const all = mails(id);
            assert.equal(all.length, copies);
            assert.equal(new Set(all.map((mail) => mail.id)).size, 1);
        });

    it('a slow server holds nobody up', async () => {
        post.delayMs = 3000;
        const first = await report();
        await waitFor('the mail to be on its way', async () => (await row(first.id))?.tries === 1);
        const second = await report();
        const began = Date.now();
        await waitFor('the inbox', async () => await house.count(
            'deliveries WHERE channel = \'inbox\' AND case_id = :id', { id: second.id }) === 1, { seconds: 2.5 });
        assert.ok(Date.now() - began < 2500);
        post.delayMs = 0;
        await inState(first.id, 'sent');
        await inState(second.id, 'sent');
    });

    it('training sends none; the reporter gets one only with consent', async () => {
        const training = await report({ training: true });
        await waitFor('the inbox', async () => await house.count(
            'deliveries WHERE channel = \'inbox\' AND case_id = :id', { id: training.id }) === 1);
        assert.equal(await row(training.id), undefined);
        const reject = async (consent) => {
            const answer = await nobody.post('/api/v1/reports', { text: '问个事。',
                reporter: { name: '居民', email: `consent-${consent}@example.net`, consent } });
            const dispatcher = house.client('410103-dispatcher');
            const seen = await waitFor('the case', async () => {
                const got = await dispatcher.get(`/api/v1/cases/${answer.json.id}`);
                return got.status === 200 && got;
            });
            const done = await dispatcher.post(`/api/v1/cases/${answer.json.id}/actions`,
                { action: 'reject', reason: 'no-matter', text: '没有具体事项' }, { headers: { 'If-Match': seen.headers.etag, 'Idempotency-Key': `mail-${consent}` } });
            assert.equal(done.status, 200, done.text);
        };
        await reject(false);
        await reject(true);
        const mail = await waitFor('the mail to who consented', () => post.to('consent-true@example.net')[0]);
        assert.match(mail.body, /不予受理/);
        assert.equal(post.to('consent-false@example.net').length, 0);
        await house.drain();
        assert.equal(post.to('consent-false@example.net').length, 0);
    });

    it('whoever was merged hears what the others hear, and acts on the case that theirs went into', async () => {
        const leader = house.client(`${grids[0].code}-leader`), dispatcher = house.client(`${COMMUNITY}-dispatcher`);
        const say = async (name) => {
            const { json } = await nobody.post('/api/v1/reports', { text: '垃圾没有清运。', category: CATEGORY, area: grids[0].code,
                reporter: name === undefined ? undefined : { email: `${name}@example.net`, consent: true } });
            await waitFor('the case', async () => await house.count(`cases WHERE id = ${json.id}`) === 1);
            return json;
        };
        const act = async (who, path, action, fields = {}, headers = {}) => {
            const seen = await who.get(path, { headers });
            const answer = await who.post(path, { action, ...fields }, { headers: { ...headers, 'If-Match': seen.headers.etag } });
            assert.equal(answer.status, 200, `${action}: ${answer.text}`);
        };
        const [master, one, two] = [await say(), await say('merged-one'), await say('merged-two')];
        const on = ({ id }) => `/api/v1/cases/${id}/actions`;
        for (const merged of [one, two])
            await act(dispatcher, on(merged), 'merge', { master: master.number });
        await act(dispatcher, on(two), 'unmerge', { text: '另一件。' });
        await act(leader, on(master), 'accept');
        await house.drain();
        const heard = () => ['merged-one', 'merged-two'].map((name) => post.to(`${name}@example.net`).length);
        const [first, second] = heard();
        await act(leader, on(master), 'inform', { text: '下午清运。' });
        await waitFor('the mail to who was merged', () => heard()[0] === first + 1);
        assert.ok(post.to('merged-one@example.net').at(-1).body.includes(one.number), 'by their own number');
        await act(nobody, `/api/v1/reports/${one.number}/actions`, 'urge', { text: '快一点' }, { Authorization: `Code ${one.query_code}` });
        assert.equal(await house.count(`events WHERE case_id = ${master.id} AND type = 'case.urged'`), 1);
        await house.drain();
        assert.deepEqual(heard(), [first + 1, second], 'who was parted again is not told');
    });

    it('what has become restricted since is not mailed to whoever may not see it any more; who has it in hand is told', async () => {
        misbehave(() => 'refuse');
        const { id, to } = await report();
        await waitFor('the first try', async () => (await row(id))?.tries > 0);
        const secretary = house.client(`${COMMUNITY}-secretary`), other = grids.map((grid) => `${grid.code}-leader`).find((code) => !to.startsWith(code));
        for (const body of [{ action: 'reclassify', category: 'unrest', text: '不是垃圾的事' }, { action: 'reassign', holder: other, text: '换人办理' }]) {
            const { headers } = await secretary.get(`/api/v1/cases/${id}`);
            const done = await secretary.post(`/api/v1/cases/${id}/actions`, body, { headers: { 'If-Match': headers.etag } });
            assert.equal(done.status, 200, done.text);
        }
        await waitFor('the second mail to wait', async () => await house.count("deliveries WHERE channel = 'mail' AND rule = 'dispatched' AND case_id = :id", { id }) === 2);
        misbehave(() => 'take');
        house.moveClock((house.offset ?? 0) + 300); // past the longest wait that the refusals can have come to
        const states = async () => (await house.sql(`SELECT s.code, d.state, d.reason FROM deliveries d JOIN staff s ON s.id = d.staff
            WHERE d.channel = 'mail' AND d.rule = 'dispatched' AND d.case_id = :id ORDER BY d.id`, { id })).map((one) => one.join());
        await waitFor('both are over', async () => (await states()).every((one) => !one.includes('waiting')));
        assert.deepEqual(await states(), [`${to.split('@')[0]},withheld,not theirs to see`, `${other},sent,`]);
        assert.deepEqual(mails(id).map((mail) => mail.to), [[`${other}@erqi.example`]]);
    });

    it('without a server no mail is made, and /readyz says so', async () => {
        const setting = join(house.home, 'service/notification-1/env/WANGGE_SMTP_URL');
        writeFileSync(setting, ''); // an empty file takes the variable away
        await house.service('restart', 'notification-1');
        const said = () => waitFor('readiness', async () => {
            const answer = await nobody.get('/readyz');
            return answer.status === 200 && answer.json.services.find((one) => one.kind === 'notification').reason;
        });
        await waitFor('mail to be off', async () => await said() === 'mail=off');
        const { id } = await report();
        mailless.push(id);
        await waitFor('the inbox', async () => await house.count(
            'deliveries WHERE channel = \'inbox\' AND case_id = :id', { id }) === 1);
        assert.equal(await row(id), undefined);
        rmSync(setting);
        await house.service('restart', 'notification-1');
        await waitFor('mail to be on', async () => await said() === 'mail=on');
    });

    it('nothing came twice but what was lost on the way, and nothing failed but what was refused', async () => {
        await house.drain();
        // Two were refused for good; three are not for their readers any more: the order, the alarm and its copy to the holder.
        assert.deepEqual([await house.count(`deliveries WHERE state = 'failed'`), await house.count(`deliveries WHERE state = 'withheld'`)], [2, 3]);
        assert.equal(await house.count('notices'), 0);
        const ids = post.mails.map((mail) => mail.id);
        assert.equal(ids.length - new Set(ids).size, post.withheld + 1);
    });
});
