// Every fault point once, with kill and with error: reports flow, cases are acted on, registers are imported, the point
// fires in its process (a point that nobody passed fails the test), the process comes back, everything drains. Then the
// history says that nothing is lost, doubled or made up, and schema/checks is empty. The matrix comes from --list-faults.
// A round mostly waits for processes to come back and for leases to end: two instances go through half of the points each,
// side by side.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { Post } from '../lib/smtp.mjs';
import { waitFor } from '../lib/wait.mjs';
import { SENDING, actOnSome, importSome, movesTime, passTime, places, points, someReports, withoutHints } from './places.mjs';

const LANES = 2;
let turn = 0;

/** One instance, and one point after the other. */
class Lane {
    async up() {
        this.post = await Post.open();
        this.house = await Instance.up({ name: 'points', env: { WANGGE_SMTP_URL: this.post.url } });
        this.admin = this.house.client('admin', { checked: false });
        this.make = await someReports(this.admin);
    }

    async down() {
        await this.house?.down();
        await this.post?.close();
    }

    async round(point, action, name) {
        const { house, admin, make, post } = this;
        const tag = `t${process.pid}-${++turn}`;
        const starting = point.startsWith('service.start_');
        const fired = () => house.fired().filter((line) => line === `${point}:${action}`).length;
        const before = fired(), hintsAgain = await withoutHints(house, point);
        // What PostgreSQL's answers pass is passed at a start, too: later than that, while there is work.
        const pass = starting ? '' : point.startsWith('db.') ? '@30' : '@2';
        await house.arm(name, `${point}:${action}${pass}`, { wait: false });
        const load = new Load(house, { prefix: `${tag}-`, make });
        // Once is enough: disarmed at once, or a service that passes it at each start would never come up.
        const watch = waitFor('the point to fire', () => fired() > before, { seconds: 60, everyMs: 5 }).then(async () => {
            house.disarm(name);
            if (starting)
                await house.service('restart', name); // one that came up without its database stays so
        });
        let over = false;
        watch.finally(() => { over = true; }).catch(() => {});
        // Work goes on until then: what is passed seldom is passed in the end.
        do {
            passTime(house, point);
            await Promise.all([load.run(12), actOnSome(house, tag), importSome(admin, tag)]);
        } while (!over);
        await watch;
        await hintsAgain();
        await load.run(6);
        await house.ready();
        await house.drain(90);
        const sums = load.history.check(await reportsOf(house, load.prefix));
        load.close();
        assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
        assert.ok(sums.answered >= 12, JSON.stringify(sums));
        // What was on its way when the sender was killed comes again, with the same id; so does what was on its way when
        // two hours passed at once and the sender's lease with them.
        if (!SENDING.has(point) && !movesTime(point) && !(action === 'kill' && name.startsWith('notification-')))
            assert.equal(post.mails.length, new Set(post.mails.map((mail) => mail.id)).size, 'no mail twice');
        else
            post.mails.length = 0;
    }
}

describe('fault points', { concurrency: LANES }, () => {
    it('the list has points, and each has a process', () => {
        assert.ok(points.length >= 20, points.join(' '));
        for (const point of points)
            assert.ok(places(point).length > 0, `${point} belongs to no service`);
    });

    for (let k = 0; k < LANES; k++)
        describe(`half ${k + 1}`, { concurrency: 1 }, () => {
            const lane = new Lane();
            before(() => lane.up());
            after(() => lane.down());
            for (const point of points.filter((_, i) => i % LANES === k))
                for (const action of ['kill', 'error'])
                    for (const name of places(point))
                        it(`${point}: ${action} in ${name}`, () => lane.round(point, action, name));
            it('afterwards every check is empty, and nothing was set aside', async () => {
                const { broken, apart } = await lane.house.checks();
                assert.deepEqual(broken, []);
                assert.deepEqual(apart, []);
                assert.deepEqual(lane.house.logs.faults([/event=alarm\b.*reason="?fault/]), []);
            });
        });
});
