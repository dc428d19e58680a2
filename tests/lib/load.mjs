// The one source of reports for chaos, fault points and loss checks: sends with a mark and mostly with a key, counts what
// it was told in a History, and sends again what it was not told, with the same key. What has no key is sent once: its
// fate may stay unknown. Sum up with history.check(await reportsOf(instance, load.prefix)).
import { randomInt } from 'node:crypto';
import { History } from './history.mjs';
import { pause } from './wait.mjs';

// An answer after which nothing may exist; any other 5xx leaves open what became of the report.
const NOTHING_STORED = /:(database-away|queue-full|disk-nearly-full|too-many-requests)$/;

export class Load {
    /** make(i): further fields of the i-th report. keyed: the share of reports with an Idempotency-Key. */
    constructor(instance, { prefix = `L${process.pid}x${randomInt(1e9)}-`, make = () => ({}), keyed = 0.9, path, timeoutMs = 15000 } = {}) {
        Object.assign(this, { instance, prefix, make, keyed, timeoutMs });
        this.history = new History(path);
        this.client = instance.client('admin', { checked: false, sockets: 128 });
        this.next = 0;
        this.open = 0;
        this.stopped = false;
    }

    /** One report to its end: answered, refused, or (without a key) unknown. `patienceMs`: how long a keyed one is retried. */
    async one({ patienceMs = 120000 } = {}) {
        const i = this.next++;
        const mark = `${this.prefix}${i}`, key = mark, keyed = (i * 7919 % 1000) / 1000 < this.keyed;
        const body = { text: `«${mark}» 第 ${i} 条反映`, ...this.make(i) };
        const end = Date.now() + patienceMs;
        for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
            const state = await this.attempt(key, mark, body, keyed);
            if (state === 'answered' || !keyed || Date.now() > end)
                return;
            await pause(waitMs);
        }
    }

    async attempt(key, mark, body, keyed) {
        this.history.sent(key, mark);
        try {
            const answer = await this.client.post('/api/v1/reports', body, { headers: keyed ? { 'Idempotency-Key': key } : {}, timeoutMs: this.timeoutMs });
            if (answer.status === 201)
                this.history.answered(key, answer.json.id, answer.json.number);
            else if (answer.status < 500 || NOTHING_STORED.test(answer.json?.type ?? ''))
                this.history.refused(key, answer.status);
            else
                this.history.unknown(key, `${answer.status} ${answer.json?.type}`);
        } catch (error) {
            this.history.unknown(key, error.code ?? error.message);
        }
        return this.history.reports.get(key).state;
    }

    /** n reports, so many at a time. */
    async run(n, { atOnce = 8 } = {}) {
        let left = n;
        await Promise.all(Array.from({ length: Math.min(atOnce, n) }, async () => {
            while (left-- > 0)
                await this.one();
        }));
    }

    /** So many a second, open loop, until stop(). */
    start(perSecond) {
        this.stopped = false;
        this.pending = new Set();
        this.ticking = (async () => {
            const began = Date.now();
            for (let sent = 0; !this.stopped; ) {
                for (; sent < (Date.now() - began) / 1000 * perSecond && this.pending.size < 500; sent++) {
                    const work = this.one().finally(() => this.pending.delete(work));
                    this.pending.add(work);
                }
                await pause(10);
            }
        })();
    }

    async stop() {
        this.stopped = true;
        await this.ticking;
        await Promise.all(this.pending);
    }

    close() {
        this.client.close();
    }
}
