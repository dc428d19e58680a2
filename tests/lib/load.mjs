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
        this.next = this.works = 0;
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
            this.told(key, { status: answer.status, ...answer.json });
        } catch (error) {
            this.history.unknown(key, error.code ?? error.message);
        }
        return this.history.reports.get(key).state;
    }

    /** Many lines in one upload (NDJSON), to its end like one(): with a key it is sent again whole until each line is answered. */
    async upload(lines, { patienceMs = 120000 } = {}) {
        const first = this.next, keyed = (first * 7919 % 1000) / 1000 < this.keyed, key = `${this.prefix}u${first}`;
        this.next += lines;
        const marks = Array.from({ length: lines }, (_, i) => `${this.prefix}${first + i}`);
        const body = marks.map((mark, i) => JSON.stringify({ text: `«${mark}» 批量第 ${i + 1} 行`, ...this.make(first + i) }) + '\n').join('');
        const end = Date.now() + patienceMs;
        for (let waitMs = 100; ; waitMs = Math.min(waitMs * 2, 1000)) {
            await this.attemptUpload(marks, keyed ? { 'Idempotency-Key': key } : {}, body);
            if (!keyed || Date.now() > end || marks.every((mark) => this.history.reports.get(mark).state === 'answered'))
                return;
            await pause(waitMs);
        }
    }

    async attemptUpload(marks, headers, body) {
        for (const mark of marks)
            this.history.sent(mark, mark);
        let results;
        try {
            const answer = await this.client.post('/api/v1/reports', body, { type: 'application/x-ndjson', headers, timeoutMs: this.timeoutMs });
            results = answer.status === 200 ? answer.text.trim().split('\n').map((line) => JSON.parse(line)) : marks.map(() => ({ status: answer.status, type: answer.json?.type }));
        } catch (error) {
            results = marks.map(() => ({ status: 0, type: error.code ?? error.message }));
        }
        marks.forEach((mark, i) => this.told(mark, results[i] ?? { status: 0, type: 'no line' }));
    }

    told(key, { status, type = '', id, number }) {
        if (status === 201)
            this.history.answered(key, id, number);
        else if ((status > 0 && status < 500) || NOTHING_STORED.test(type))
            this.history.refused(key, status);
        else
            this.history.unknown(key, `${status} ${type}`);
    }

    /** n reports, so many at a time. */
    async run(n, { atOnce = 8, patienceMs } = {}) {
        let left = n;
        await Promise.all(Array.from({ length: Math.min(atOnce, n) }, async () => {
            while (left-- > 0)
                await this.one({ patienceMs });
        }));
    }

    /** So many a second, open loop, until stop(); each `uploadEvery`-th piece of work is an upload of 5 to 25 lines. */
    start(perSecond, { uploadEvery = 0 } = {}) {
        this.stopped = false;
        this.pending = new Set();
        this.ticking = (async () => {
            const began = Date.now();
            for (let sent = 0; !this.stopped; ) {
                let lines = 0;
                for (; sent < (Date.now() - began) / 1000 * perSecond && this.pending.size < 500; sent += lines) {
                    lines = uploadEvery > 0 && ++this.works % uploadEvery === 0 ? 5 + this.works % 21 : 1;
                    const work = (lines > 1 ? this.upload(lines) : this.one()).finally(() => this.pending.delete(work));
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
