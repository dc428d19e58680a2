// Every fault point once, with kill and with error: reports flow, cases are acted on, registers are imported, the point
// fires in its process (a point that nobody passed fails the test), the process comes back, everything drains. Then the
// history says that nothing is lost, doubled or made up, and schema/checks is empty. The matrix comes from --list-faults.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Instance, KINDS } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { Post } from '../lib/smtp.mjs';
import { waitFor } from '../lib/wait.mjs';

// In whose process a point is passed; points of common/ are armed where they matter most.
const WHERE = {
    'service.start_settings': ['intake-1'], 'service.start_database': ['triage-1'], 'service.start_bind': ['reporting-1'],
    'db.commit_sent_no_answer': ['intake-1', 'triage-1', 'notification-1'],
    'bus.drop': ['intake-1'], 'bus.dup': ['intake-1', 'triage-1'], 'bus.reorder': ['intake-1'],
};
// Points at which an answer or a mail may be made, and so be repeated or lost: allowed for in the sums.
const SENDING = new Set(['notification.after_send_before_record']);
const COMMUNITY = '410103007012';

const points = execFileSync(join(process.env.WANGGE_TEST_BUILD ?? '/tmp/wangge-test-build', 'services/intake/wangge-intake'), ['--list-faults'], { encoding: 'utf8' })
    .split('\n').filter((line) => line !== '' && !line.startsWith('bug.'));

describe('fault points', () => {
    let house, post, admin, category;
    before(async () => {
        post = await Post.open();
        house = await Instance.up({ name: 'points', env: { WANGGE_SMTP_URL: post.url } });
        admin = house.client('admin', { checked: false });
        category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
    });
    after(async () => {
        await house?.down();
        await post?.close();
    });

    const places = (point) => WHERE[point] ?? KINDS.filter((kind) => point.startsWith(`${kind}.`)).map((kind) => `${kind}-1`);

    it('the list has points, and each has a process', () => {
        assert.ok(points.length >= 20, points.join(' '));
        for (const point of points)
            assert.ok(places(point).length > 0, `${point} belongs to no service`);
    });

    /** Takes actions on what is open, with keys, and does not mind refusals: the checks judge. */
    async function actOnSome(tag) {
        const rows = await house.sql(`SELECT c.id, s.code, c.decided FROM cases c JOIN staff s ON s.id = c.holder WHERE c.state = 'dispatched' ORDER BY c.id DESC LIMIT 8`);
        for (const [id, holder, decided] of rows) {
            const client = house.client(holder, { checked: false });
            await client.post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': `"${decided}"`, 'Idempotency-Key': `${tag}-${id}` }, timeoutMs: 8000 }).catch(() => {});
            client.close();
        }
    }

    async function importSome(tag) {
        const file = `code,name,name_en,kind,area,email,phone\n${tag},单位,A party,other,${COMMUNITY},,\n`;
        return admin.send('POST', '/api/v1/imports/parties', { body: file, type: 'text/csv', timeoutMs: 8000 }).catch(() => {});
    }

    let turn = 0;
    for (const point of points)
        for (const action of ['kill', 'error'])
            for (const name of places(point))
                it(`${point}: ${action} in ${name}`, async () => {
                    const tag = `t${process.pid}-${++turn}`;
                    const starting = point.startsWith('service.start_');
                    const fired = () => house.fired().filter((line) => line === `${point}:${action}`).length;
                    const before = fired();
                    await house.arm(name, `${point}:${action}${starting ? '' : '@2'}`, { wait: false });
                    if (starting)
                        await waitFor('the point to fire', () => fired() > before, { seconds: 20 });
                    const load = new Load(house, { prefix: `${tag}-`, make: (i) => ({ category, area: `${COMMUNITY}00${1 + i % 9}` }) });
                    // Work goes on until the point has fired: what is passed seldom is passed in the end.
                    await waitFor('the point to fire', async () => {
                        await Promise.all([load.run(12), actOnSome(tag), importSome(tag)]);
                        return fired() > before;
                    }, { seconds: 60, everyMs: 10 });
                    house.disarm(name);
                    await load.run(6);
                    if (starting)
                        await house.service('restart', name);
                    await house.ready();
                    await house.drain(90);
                    const sums = load.history.check(await reportsOf(house, load.prefix));
                    load.close();
                    assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
                    assert.ok(sums.answered >= 12, JSON.stringify(sums));
                    if (!SENDING.has(point))
                        assert.equal(post.mails.length, new Set(post.mails.map((mail) => mail.id)).size, 'no mail twice');
                    else
                        post.mails.length = 0;
                });
    it('afterwards every check is empty, and nothing was set aside', async () => {
        const { broken, apart } = await house.checks();
        assert.deepEqual(broken, []);
        assert.deepEqual(apart, []);
        assert.deepEqual(house.logs.faults([/event=alarm\b.*reason="?fault/]), []);
    });
});
