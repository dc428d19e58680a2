// The crash matrix beyond ops/test's first round. Every fault point kills twice: its process dies in it, comes back under
// runit with the point still armed, and dies in it again while it recovers, PostgreSQL being killed in between. And every
// point at which a lease, a flight or a connection is held stalls: the process stops there for longer than its lease, a
// sibling takes the work up, then the sleeper wakes and goes on with what it thinks is its own: nothing may come of it
// that is there already. A point that did not fire fails. Sums as everywhere: histories, replayer, schema/checks.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { Post } from '../lib/smtp.mjs';
import { pause, waitFor } from '../lib/wait.mjs';
import { calm } from './judge.mjs';
import { SENDING, actOnSome, importSome, movesTime, passTime, places, points, someReports, withoutHints } from './places.mjs';
import { replay } from './replay.mjs';

const STALL = ['db.commit_sent_no_answer', 'intake.before_commit', 'intake.after_commit_before_reply', 'triage.before_commit', 'triage.after_lease_before_work', 'triage.after_wake_before_tick',
    'triage.after_action_commit_before_reply', 'notification.after_claim_before_commit', 'notification.before_send', 'notification.after_send_before_record',
    'reporting.fold_before_commit', 'registry.before_swap'];
const LEASE_SECONDS = 10;

class Round {
    constructor(house, admin, make, tag, point) {
        Object.assign(this, { house, admin, tag, point, load: new Load(house, { prefix: `${tag}-`, make }) });
    }

    fired(what) {
        return this.house.fired().filter((line) => line === what).length;
    }

    /** Work of every kind until something has happened: what is passed seldom is passed in the end. */
    async until(what, condition, seconds = 60) {
        let part = 0;
        await waitFor(what, async () => {
            const tag = `${this.tag}-${++part}`;
            passTime(this.house, this.point);
            await Promise.all([this.load.run(12, { patienceMs: 10000 }), actOnSome(this.house, tag), importSome(this.admin, tag)]);
            return condition();
        }, { seconds, everyMs: 10 });
    }

    async judge(post, repeats) {
        await calm(this.house);
        await this.house.drain(90);
        const sums = this.load.history.check(await reportsOf(this.house, this.load.prefix));
        this.load.close();
        assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
        assert.ok(sums.answered >= 6, JSON.stringify(sums));
        if (!repeats)
            assert.equal(post.mails.length, new Set(post.mails.map((mail) => mail.id)).size, 'no mail twice');
        post.mails.length = 0;
    }
}

function suite(name, env, allow, body) {
    describe(name, () => {
        const at = {};
        before(async () => {
            at.post = await Post.open();
            at.house = await Instance.up({ name: 'matrix', env: { ...env, WANGGE_SMTP_URL: at.post.url } });
            at.admin = at.house.client('admin', { checked: false });
            at.make = await someReports(at.admin);
        });
        after(async () => {
            await at.house?.down();
            await at.post?.close();
        });
        body(at);
        it('afterwards: the log replays, every check is empty, nothing is set aside, no sanitizer spoke', async () => {
            assert.deepEqual((await replay(at.house)).faults, []);
            const { broken, apart } = await at.house.checks();
            assert.deepEqual([broken, apart], [[], []]);
            assert.deepEqual(at.house.logs.faults(allow), []);
        });
    });
}

let turn = 0;
const tag = () => `m${process.pid}-${++turn}`;

suite('killed twice', {}, [], (at) => {
    for (const point of points)
        for (const name of places(point))
            it(`${point}: ${name} dies in it, and again while it recovers`, async () => {
                const { house, admin, make, post } = at, what = `${point}:kill`;
                const round = new Round(house, admin, make, tag(), point), before = round.fired(what);
                const starting = point.startsWith('service.start_'), hintsAgain = await withoutHints(house, point);
                // The first flights after a start are the service's own: it would never come to work.
                await house.arm(name, starting ? what : `${what}@${point.startsWith('db.') ? 20 : 1}`, { wait: false });
                const twice = waitFor('the second time', () => round.fired(what) >= before + 2, { seconds: 120, everyMs: 10 }).then(() => house.disarm(name), () => {});
                if (starting) {
                    await waitFor('the point to fire twice', () => round.fired(what) >= before + 2, { seconds: 30 });
                } else {
                    await round.until('the point to fire', () => round.fired(what) > before);
                    house.kill('postgres-1');
                    await round.until('the point to fire again', () => round.fired(what) >= before + 2);
                }
                await twice;
                await hintsAgain();
                await house.service('restart', name);
                await calm(house);
                await round.load.run(6);
                await round.judge(post, SENDING.has(point) || movesTime(point));
            });
});

suite('stopped for longer than its lease', { WANGGE_INTAKE: '2', WANGGE_TRIAGE: '2', WANGGE_NOTIFICATION: '2', WANGGE_REPORTING: '2' },
    [/event=stall took_us=1\d{7} cpu_us=\d{1,4} /], (at) => { // the sleep itself, of over 10 s and without work
    for (const point of STALL)
        for (const name of places(point))
            it(`${point}: ${name} sleeps in it, its sibling goes on, it wakes`, async () => {
                const { house, admin, make, post } = at, what = `${point}:stall`;
                const round = new Round(house, admin, make, tag(), point), before = round.fired(what);
                const hintsAgain = await withoutHints(house, point);
                await house.arm(name, `${what}@2`, { wait: true });
                // One folds for all; its lease must come to the one that is to sleep.
                if (name === 'reporting-1')
                    await house.service('restart', 'reporting-2');
                const sleeps = () => round.fired(what) > before;
                const working = round.until('the point to fire', sleeps);
                working.catch(() => {}); // the sleeper's own clients give up in their time
                await Promise.race([working, waitFor('the point to fire', sleeps, { seconds: 60 })]);
                await pause((LEASE_SECONDS + 5) * 1000);
                // Whoever is alone in its kind cannot be replaced: then only the waking counts.
                if (!name.startsWith('registry'))
                    await waitFor('the sibling to take the work up', async () => await house.count('arrivals') === 0, { seconds: 30 });
                house.kill(name, 'SIGCONT');
                await working.catch(() => {});
                house.disarm(name);
                await hintsAgain();
                await house.service('restart', name);
                await round.load.run(6);
                // A mail of a sleeper may be sent by its sibling as well: it had been killed for all that anybody knew.
                await round.judge(post, point.startsWith('notification.') || point.startsWith('db.'));
            });
});
