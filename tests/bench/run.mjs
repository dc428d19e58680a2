// ops/bench post and ndjson: how many reports a second come through the front door and all the way, beside what
// PostgreSQL could do at most, and what one costs. README.md says how each figure is made.
import { loadavg, cpus } from 'node:os';
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportBodies } from './bodies.mjs';
import { House, pause, program } from './house.mjs';

const [mode, home, build, top, quick, only] = process.argv.slice(2);
const LINES = 500;
const plan = quick === 'quick'
    ? { fill: 20000, runs: 1, stepS: 3, limitS: 2, costS: 10, windowS: 6, first: 0.8 }
    : { fill: 100000, runs: 3, stepS: 4, limitS: 3, costS: 60, windowS: 20, first: 0.7 };
// What a report costs is asked near the highest load that is handled; far below it batches are small, each report dearer,
// and nobody waits for the CPU that this takes.
const COST_SHARE = 0.9, P99_SHARE = 0.7;
const house = new House(home);
const shape = mode === 'ndjson' ? { lines: LINES, connections: 4 } : { connections: 256 };
const source = (options) => program(join(build, 'tests/bench/wangge-bench-source'), { port: house.port, key: join(home, 'admin.key'),
    bodies: join(home, 'bench-bodies.ndjson'), ...shape, ...options });

const began = performance.now();
const say = (text) => console.log(`${String(Math.round((performance.now() - began) / 1000)).padStart(4)} s  ${text}`);
const median = (list) => [...list].sort((a, b) => a - b)[(list.length - 1) >> 1];
const round = (value, digits = 0) => Number(value).toFixed(digits);

async function fill() {
    const have = (await house.sql.numbers('SELECT count(*) FROM cases'))[0];
    if (have < plan.fill)
        await source({ lines: LINES, connections: 4, most: plan.fill - have });
    const ms = await house.drained();
    say(`filled   ${plan.fill} cases are there (the last ${round(ms / 1000, 1)} s without load)`);
}

/** The smallest backlog from one moment of a step to another: what is left when the fold has just run, since it gathers
 *  for up to a second. */
async function leastBacklog(began, fromS, toS) {
    let least;
    await pause(fromS * 1000 - (performance.now() - began));
    do {
        const now = await house.backlog();
        if (performance.now() - began < toS * 1000 && !(least?.sum <= now.sum))
            least = now;
        await pause(100);
    } while (performance.now() - began < toS * 1000);
    return least ?? await house.backlog();
}

async function step(rate) {
    const before = house.cpu(), began = performance.now(), S = plan.stepS;
    const running = source({ rate: round(rate, 2), seconds: S });
    const early = await leastBacklog(began, 0.4, 1.6), left = await leastBacklog(began, S - 1.2, S);
    const sent = await running;
    const after = house.cpu();
    const backlog = left.sum + sent.unanswered;
    const good = sent.unavailable + sent.other + sent.lost === 0 && backlog < rate;
    const accepted = sent.accepted / sent.seconds, growth = (left.sum - early.sum) / (S - 1.6);
    const result = { rate, good, accepted, handled: accepted - Math.max(growth, 0), backlogS: backlog / rate };
    const idle = (after.idle - before.idle) / (after.idle - before.idle + after.busy - before.busy);
    const drainMs = await house.drained();
    const ended = house.cpu();
    say(`step     rate=${round(rate)} accepted/s=${round(result.accepted)} handled/s=${round(result.handled)} ` +
        `backlog_s=${round(result.backlogS, 2)} (unanswered ${sent.unanswered} arrivals ${left.arrivals} notices ${left.notices} log ${left.unfolded}) ` +
        `503=${sent.unavailable} other=${sent.other + sent.lost} p50_ms=${round(sent.p50_ms, 1)} p99_ms=${round(sent.p99_ms, 1)} ` +
        `pg_us=${round((ended.pg - before.pg) / sent.accepted)} own_us=${round((ended.own - before.own) / sent.accepted)} ` +
        `idle=${round(idle * 100)}% drained_s=${round(drainMs / 1000, 1)}${good ? '' : '  too much'}`);
    return result;
}

/** Steps of +10 % until one is too much; downwards first, by two of them, while the first one is. */
async function ramp(from) {
    let best, rate = from;
    for (let result = await step(rate); ; result = await step(rate)) {
        if (result.good && (!best || result.rate > best.rate))
            best = result;
        if (!result.good && best)
            return best;
        rate = result.good ? rate * 1.1 : rate / 1.21;
        if (rate < 50)
            throw new Error('not even 50 a second are handled');
    }
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

function tables(before, after, n) {
    return [...after].map(([table, counts]) => [table, counts.map((count, i) => (count - (before.get(table)?.[i] ?? 0)) / n)])
        .filter(([, [ins, upd, del]]) => ins + upd + del > 0.01)
        .map(([table, [ins, upd, del]]) => `${table} +${round(ins, 2)}${upd > 0.01 ? ` ~${round(upd, 2)}` : ''}${del > 0.01 ? ` -${round(del, 2)}` : ''}`).join(' · ');
}

/** Our services are down. The better of the two batch sizes. */
async function limit() {
    const rules = readdirSync(join(home, 'share/notices')).filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -5)).join(',');
    let best;
    for (const batch of [100, 500]) {
        const before = house.cpu(), rows = await house.written(), lsn = await house.lsn();
        const result = await program(join(build, 'tests/bench/wangge-bench-limit'), { db: house.conninfo, top, rules, batch, seconds: plan.limitS }, { TZ: house.zone });
        const ended = house.cpu(), spent = ended.idle - before.idle + ended.busy - before.busy;
        await pause(500); // until its backends have ended
        const after = house.cpu();
        const said = `batch=${batch} limit/s=${round(result.per_second)} pg_us=${round((after.pg - before.pg) / result.cases, 1)} ` +
            `wal_bytes=${round((await house.lsn() - lsn) / result.cases)} harness=${round(result.cpu_us / spent * 100, 1)}% idle=${round((ended.idle - before.idle) / spent * 100, 1)}%`;
        say(`limit    ${said}`);
        if (!best || result.per_second > best.per_second)
            best = { ...result, rows: tables(rows, await house.written(), result.cases) };
    }
    return best;
}

/** A fixed rate: what a report costs, until the log is folded to its end. */
async function windowAt(rate, lengthS) {
    await house.checkpoint();
    const metrics = await house.metrics(), lsn = await house.lsn(), before = house.cpu();
    const backends = await house.backends();
    const running = source({ rate: round(rate, 2), seconds: lengthS, 'warm-up': 1 });
    await pause(lengthS * 900);
    const busy = await house.backends(); // while each connection still shows its own statement
    const sent = await running;
    const ended = house.cpu();
    await house.drained();
    const after = house.cpu(), n = sent.accepted, wal = (await house.lsn() - lsn) / n;
    const per = (group) => (after[group] - before[group]) / n;
    const spent = ended.idle - before.idle + ended.busy - before.busy;
    const known = ended.own - before.own + ended.pg - before.pg + ended.nginx - before.nginx + sent.cpu_us;
    say(`window   ${lengthS} s at rate=${round(rate)} after a checkpoint: accepted ${n}, 503=${sent.unavailable} other=${sent.other + sent.lost} ` +
        `p50_ms=${round(sent.p50_ms, 1)} p99_ms=${round(sent.p99_ms, 1)} max_ms=${round(sent.max_ms, 1)}`);
    say(`cpu      a report, us: postgres ${round(per('pg'), 1)} own ${round(per('own'), 1)} nginx ${round(per('nginx'), 1)} generator ${round(sent.cpu_us / n, 1)}; ` +
        `idle ${round((ended.idle - before.idle) / spent * 100, 1)}%, others on this machine ${round((ended.busy - before.busy - known) / spent * 100, 1)}%`);
    say(`own      a report, us: ${Object.entries(after.each).map(([part, used]) => `${part} ${round((used - before.each[part]) / n, 1)}`).join(' ')}`);
    const share = [...busy].map(([pid, { name, cpu }]) => [name, (cpu - (backends.get(pid)?.cpu ?? 0)) / n / 0.9])
        .filter(([, us]) => us >= 0.3).sort((a, b) => b[1] - a[1]);
    say(`postgres a report, us: ${share.map(([name, us]) => `${name} ${round(us, 1)}`).join(' · ')}`);
    say(`batches  ${batches(metrics, await house.metrics())}`);
    say(`memory   private MB: ${Object.entries(house.memory()).map(([part, mb]) => `${part} ${round(mb, 1)}`).join(' ')}`);
    return { pg: per('pg'), own: per('own'), wal, p99: sent.p99_ms, n };
}

const costs = (cost) => `pg_us=${round(cost.pg, 1)} own_us=${round(cost.own, 1)} wal_bytes=${round(cost.wal)} p99_ms=${round(cost.p99, 1)}`;

async function main() {
    say(`machine  nproc=${cpus().length} load=${loadavg().map((l) => round(l, 2)).join(' ')} mode=${mode} connections=${shape.connections}${shape.lines ? ` lines=${shape.lines}` : ''}`);
    writeFileSync(join(home, 'bench-bodies.ndjson'), await reportBodies(house.sql));
    await fill();
    if (only) {
        console.log(costs(await windowAt(Number(only), plan.costS)));
        return house.close();
    }
    await house.checkpoint();
    const warm = await source({ seconds: 3 });
    const through = warm.accepted / (warm.seconds + await house.drained() / 1000);
    say(`warm-up  closed loop: accepted/s=${round(warm.accepted / warm.seconds)} handled/s=${round(through)}`);
    const runs = [], limits = [];
    for (let i = 0; i < plan.runs; i++) {
        say(`run ${i + 1}    load=${loadavg().map((l) => round(l, 2)).join(' ')}`);
        runs.push(await ramp(i === 0 ? through * plan.first : median(runs.map((r) => r.rate)) / 1.21));
        await house.down();
        limits.push(await limit());
        if (i < plan.runs - 1)
            await house.up();
    }
    const rows = await house.written(); // all backends of our services have ended and told
    await house.up();
    const accepted = median(runs.map((r) => r.accepted)), handled = median(runs.map((r) => r.handled)), most = median(limits.map((l) => l.per_second));
    const cost = await windowAt(COST_SHARE * accepted, plan.costS);
    await house.down(); // then all backends have told
    const written = await house.written();
    await house.up();
    const calm = await windowAt(P99_SHARE * accepted, plan.windowS);
    say(`rows     ours a report: ${tables(rows, written, cost.n)}`);
    say(`         limit's:       ${limits.at(-1).rows}`);
    say(`machine  load=${loadavg().map((l) => round(l, 2)).join(' ')}`);
    house.close();
    console.log(`accepted/s=${round(accepted)} handled/s=${round(handled)} limit/s=${round(most)} ratio=${round(handled / most, 2)} ${costs({ ...cost, p99: calm.p99 })}`);
}

await main();
