// ops/bench post and ndjson: how many reports a second come through the front door and all the way, beside what
// PostgreSQL could do at most, and what one costs. README.md says how each figure is made.
import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportBodies } from './bodies.mjs';
import { Course, costs, load, median, round, tables } from './course.mjs';
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
const course = new Course(house, source, 'a report');
const say = (text) => course.say(text);

async function fill() {
    const have = (await house.sql.numbers('SELECT count(*) FROM cases'))[0];
    if (have < plan.fill)
        await source({ lines: LINES, connections: 4, most: plan.fill - have });
    const ms = await house.drained();
    say(`filled   ${plan.fill} cases are there (the last ${round(ms / 1000, 1)} s without load)`);
}

async function step(rate) {
    const before = house.cpu(), began = performance.now(), S = plan.stepS;
    const running = source({ rate: round(rate, 2), seconds: S });
    const early = await course.leastBacklog(began, 0.4, 1.6), left = await course.leastBacklog(began, S - 1.2, S);
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

async function main() {
    course.machine(`mode=${mode} connections=${shape.connections}${shape.lines ? ` lines=${shape.lines}` : ''}`);
    writeFileSync(join(home, 'bench-bodies.ndjson'), await reportBodies(house.sql));
    await fill();
    if (only) {
        console.log(costs(await course.windowAt(Number(only), plan.costS)));
        return house.close();
    }
    await house.checkpoint();
    const warm = await source({ seconds: 3 });
    const through = warm.accepted / (warm.seconds + await house.drained() / 1000);
    say(`warm-up  closed loop: accepted/s=${round(warm.accepted / warm.seconds)} handled/s=${round(through)}`);
    const runs = [], limits = [];
    for (let i = 0; i < plan.runs; i++) {
        say(`run ${i + 1}    load=${load()}`);
        runs.push(await ramp(i === 0 ? through * plan.first : median(runs.map((r) => r.rate)) / 1.21));
        await house.down();
        limits.push(await limit());
        if (i < plan.runs - 1)
            await house.up();
    }
    const rows = await house.written(); // all backends of our services have ended and told
    await house.up();
    const accepted = median(runs.map((r) => r.accepted)), handled = median(runs.map((r) => r.handled)), most = median(limits.map((l) => l.per_second));
    const cost = await course.windowAt(COST_SHARE * accepted, plan.costS);
    await house.down(); // then all backends have told
    const written = await house.written();
    await house.up();
    const calm = await course.windowAt(P99_SHARE * accepted, plan.windowS);
    say(`rows     ours a report: ${tables(rows, written, cost.n)}`);
    say(`         limit's:       ${limits.at(-1).rows}`);
    say(`machine  load=${load()}`);
    house.close();
    console.log(`accepted/s=${round(accepted)} handled/s=${round(handled)} limit/s=${round(most)} ratio=${round(handled / most, 2)} ${costs({ ...cost, p99: calm.p99 })}`);
}

await main();
