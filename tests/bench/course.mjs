// What all courses of the bench share: what is printed, the backlog of a step, and the window at a fixed rate in which
// the cost of one item is asked.
import { cpus, loadavg } from 'node:os';
import { pause } from './house.mjs';

export const median = (list) => [...list].sort((a, b) => a - b)[(list.length - 1) >> 1];
export const round = (value, digits = 0) => Number(value).toFixed(digits);
export const load = () => loadavg().map((l) => round(l, 2)).join(' ');
export const costs = (cost) => `pg_us=${round(cost.pg, 1)} own_us=${round(cost.own, 1)} wal_bytes=${round(cost.wal)} p99_ms=${round(cost.p99, 1)}`;

/** Rows written in each table an item, between two readings. */
export function tables(before, after, n) {
    return [...after].map(([table, counts]) => [table, counts.map((count, i) => (count - (before.get(table)?.[i] ?? 0)) / n)])
        .filter(([, [ins, upd, del]]) => ins + upd + del > 0.01)
        .map(([table, [ins, upd, del]]) => `${table} +${round(ins, 2)}${upd > 0.01 ? ` ~${round(upd, 2)}` : ''}${del > 0.01 ? ` -${round(del, 2)}` : ''}`).join(' · ');
}

/** Items of a batch on average, and what led to the notices, between two readings of the metrics. */
function batches(before, after) {
    const more = (name) => (after.get(name) ?? 0) - (before.get(name) ?? 0);
    const sizes = [...after.keys()].flatMap((name) => {
        const batch = name.match(/^wangge_(\w+)_batch_(?:items|events)_sum$/)?.[0];
        const n = batch && more(name.replace(/_sum$/, '_count'));
        return n > 0 ? [`${name.slice('wangge_'.length).replace(/_batch.*/, '')} ${round(more(name) / n)}`] : [];
    });
    const sweep = more('wangge_notices_taken_total{by="sweep"}'), hint = more('wangge_notices_taken_total{by="hint"}');
    return `items a batch: ${sizes.join(' · ')}; notices found by the sweep ${round(sweep / (sweep + hint || 1) * 100)}%, ` +
        `arrivals ${round(more('wangge_arrivals_claimed_total') / (more('wangge_cases_opened_total') || 1) * 100)}%, hints dropped ${more('wangge_hints_dropped_total')}`;
}

export class Course {
    /** source(options): runs the load to its end; item: what one is called ("report"). */
    constructor(house, source, item) {
        Object.assign(this, { house, source, item, began: performance.now() });
    }

    say(text) {
        console.log(`${String(Math.round((performance.now() - this.began) / 1000)).padStart(4)} s  ${text}`);
    }

    machine(more) {
        this.say(`machine  nproc=${cpus().length} load=${load()} ${more}`);
    }

    /** The smallest backlog from one moment of a step to another: what is left when the fold has just run, since it
     *  gathers for up to a second. */
    async leastBacklog(began, fromS, toS) {
        let least;
        await pause(fromS * 1000 - (performance.now() - began));
        do {
            const now = await this.house.backlog();
            if (performance.now() - began < toS * 1000 && !(least?.sum <= now.sum))
                least = now;
            await pause(100);
        } while (performance.now() - began < toS * 1000);
        return least ?? await this.house.backlog();
    }

    /** A fixed rate: what an item costs, until the log is folded to its end. */
    async windowAt(rate, lengthS, warmUpS = 1) {
        const { house, item } = this;
        await house.checkpoint();
        const metrics = await house.metrics(), lsn = await house.lsn(), before = house.cpu();
        const backends = await house.backends();
        const running = this.source({ rate: round(rate, 2), seconds: lengthS, 'warm-up': warmUpS });
        await pause(lengthS * 900);
        const busy = await house.backends(); // while each connection still shows its own statement
        const sent = await running;
        const ended = house.cpu();
        await house.drained();
        const after = house.cpu(), n = sent.accepted, wal = (await house.lsn() - lsn) / n;
        const per = (group) => (after[group] - before[group]) / n;
        const spent = ended.idle - before.idle + ended.busy - before.busy;
        const known = ended.own - before.own + ended.pg - before.pg + ended.nginx - before.nginx + sent.cpu_us;
        this.say(`window   ${lengthS} s at rate=${round(rate)} after a checkpoint: accepted ${n}, 503=${sent.unavailable} other=${sent.other + sent.lost} ` +
            `p50_ms=${round(sent.p50_ms, 1)} p99_ms=${round(sent.p99_ms, 1)} max_ms=${round(sent.max_ms, 1)}`);
        this.say(`cpu      ${item}, us: postgres ${round(per('pg'), 1)} own ${round(per('own'), 1)} nginx ${round(per('nginx'), 1)} generator ${round(sent.cpu_us / n, 1)}; ` +
            `idle ${round((ended.idle - before.idle) / spent * 100, 1)}%, others on this machine ${round((ended.busy - before.busy - known) / spent * 100, 1)}%`);
        this.say(`own      ${item}, us: ${Object.entries(after.each).map(([part, used]) => `${part} ${round((used - before.each[part]) / n, 1)}`).join(' ')}`);
        const share = [...busy].map(([pid, { name, cpu }]) => [name, (cpu - (backends.get(pid)?.cpu ?? 0)) / n / 0.9])
            .filter(([, us]) => us >= 0.3).sort((a, b) => b[1] - a[1]);
        this.say(`postgres ${item}, us: ${share.map(([name, us]) => `${name} ${round(us, 1)}`).join(' · ')}`);
        this.say(`batches  ${batches(metrics, await house.metrics())}`);
        this.say(`memory   private MB: ${Object.entries(house.memory()).map(([part, mb]) => `${part} ${round(mb, 1)}`).join(' ')}`);
        return { pg: per('pg'), own: per('own'), wal, p99: sent.p99_ms, n };
    }
}
