// ops/bench actions: how many actions a second 500 people can take who all press at once, beside what PostgreSQL could
// do at most with a bare UPDATE and INSERT for each, and what one costs. README.md says how each figure is made.
import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { reportBodies } from './bodies.mjs';
import { Course, costs, load, median, round, tables } from './course.mjs';
import { House, program } from './house.mjs';

const [home, build, top, quick, only] = process.argv.slice(2);
const PEOPLE = 500, STEPS = 4; // as people.c has them
const PGBENCH = '/usr/lib/postgresql/15/bin/pgbench';
const CLIENTS = [8, 16, 32];
const ARRIVAL_S = 3; // until the 500 who came at the same moment are known
const COST_SHARE = 0.9, P99_SHARE = 0.5;
const RATIO_LEAST = 0.35, P99_BELOW_MS = 100; // the budgets
const plan = quick === 'quick'
    ? { fill: 20000, runs: 1, runS: 4, limitS: 2, costS: 8, windowS: 6 }
    : { fill: 100000, runs: 3, runS: 6, limitS: 4, costS: 30, windowS: 20 };
const house = new House(home);
const files = { port: house.port, key: join(home, 'admin.key'), bodies: join(home, 'bench-bodies.ndjson') };
const generator = join(build, 'tests/bench/wangge-bench-source');
const course = new Course(house, (options) => program(generator, { port: house.port, people: join(home, 'bench-people'), ...options }), 'an action');
const say = (text) => course.say(text);

/** Leaders of as many grids, from all over the city, and a point in each grid: [{code, lon, lat}]. */
async function leaders() {
    const all = await house.sql.ask(`SELECT DISTINCT ON (g.id) g.code, round(ST_X(m.point)::numeric, 6), round(ST_Y(m.point)::numeric, 6)
        FROM areas g JOIN areas m ON m.parent_id = g.id AND m.level = 'micro' AND m.point IS NOT NULL AND m.valid_to IS NULL
        JOIN staff s ON s.code = g.code || '-leader' WHERE g.level = 'grid' AND g.kind = 'ordinary' AND g.valid_to IS NULL ORDER BY g.id, m.id`);
    return Array.from({ length: PEOPLE }, (_, i) => all[Math.floor(i * all.length / PEOPLE)])
        .map(([code, lon, lat]) => ({ code: `${code}-leader`, lon: Number(lon), lat: Number(lat) }));
}

async function open(n) {
    await program(generator, { ...files, lines: 500, connections: 4, most: n });
    await house.drained();
}

const work = (people, most) => house.sql.ask(`SELECT s.code, (array_agg(c.id || ':' || c.decided ORDER BY c.id))[:${most}]
    FROM cases c JOIN staff s ON s.id = c.holder JOIN workflows w ON w.id = c.workflow
    WHERE w.name = 'request' AND c.state = 'dispatched' AND s.code IN (${people.map(({ code }) => `'${code}'`)}) GROUP BY s.code`);

/** Cases for so many actions, evenly; more are opened where they are missing. Who works slower has some left over. */
async function prepare(people, actions) {
    const each = Math.ceil(actions / PEOPLE / STEPS * 1.2) + 3;
    let found = await work(people, each);
    for (let tries = 0; found.length < PEOPLE || found.some(([, list]) => list.split(',').length < each); tries++) {
        if (tries === 20)
            throw new Error('not every leader gets cases');
        await open(PEOPLE * 20);
        found = await work(people, each);
    }
    writeFileSync(join(home, 'bench-people'), found.map(([code, list]) =>
        `${readFileSync(join(home, 'keys', `${code}.key`), 'utf8').trim()} ${list.replace(/[{}]/g, '').replaceAll(',', ' ')}\n`).join(''), { mode: 0o600 });
}

/** Closed loop: all of them press again as soon as they are answered. What notification and the fold fall behind by is
 *  taken off. */
async function press(people, guess, lengthS) {
    await prepare(people, guess * lengthS * 1.5);
    const before = house.cpu(), began = performance.now();
    const running = course.source({ seconds: lengthS, 'warm-up': 1 });
    const early = await course.leastBacklog(began, 1, 2), left = await course.leastBacklog(began, lengthS - 1.2, lengthS);
    const sent = await running, ended = house.cpu();
    const drainMs = await house.drained(), after = house.cpu();
    const growth = Math.max(left.sum - early.sum, 0) / (lengthS - 2), acted = sent.per_second - growth;
    const spent = ended.idle - before.idle + ended.busy - before.busy;
    if (sent.out_of_work + sent.unavailable + sent.other + sent.lost > 0)
        throw new Error(`not all of it was done: ${JSON.stringify(sent)}`);
    say(`pressed  answered/s=${round(sent.per_second)} acted/s=${round(acted)} (arrivals ${left.arrivals} notices ${left.notices} log ${left.unfolded}) p50_ms=${round(sent.p50_ms, 1)} ` +
        `p99_ms=${round(sent.p99_ms, 1)} pg_us=${round((after.pg - before.pg) / sent.accepted)} own_us=${round((after.own - before.own) / sent.accepted)} ` +
        `idle=${round((ended.idle - before.idle) / spent * 100)}% drained_s=${round(drainMs / 1000, 1)}`);
    return acted;
}

/** Copies of the two tables as they are now, numbered without gaps; the widths are those of what people just did. */
async function copyTables() {
    const options = (await house.sql.ask("SELECT array_to_string(reloptions, ',') FROM pg_class WHERE oid = 'cases'::regclass"))[0][0];
    await house.sql.ask('SET client_min_messages = warning');
    await house.sql.ask('DROP SCHEMA IF EXISTS bench CASCADE');
    await house.sql.ask('CREATE SCHEMA bench');
    await house.sql.ask(`CREATE TABLE bench.cases (LIKE cases INCLUDING ALL) WITH (${options})`);
    await house.sql.ask('CREATE TABLE bench.events (LIKE events INCLUDING ALL)');
    await house.sql.ask('CREATE TABLE bench.ids AS SELECT id AS old, row_number() OVER (ORDER BY id) AS id FROM cases');
    const columns = async (table, key) => (await house.sql.ask(`SELECT attname FROM pg_attribute WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum`))
        .map(([name]) => name === key ? 'i.id' : `t.${name}`).join(', ');
    await house.sql.ask(`INSERT INTO bench.cases SELECT ${await columns('cases', 'id')} FROM cases t JOIN bench.ids i ON i.old = t.id ORDER BY i.id`);
    await house.sql.ask(`INSERT INTO bench.events SELECT ${await columns('events', 'case_id')} FROM events t JOIN bench.ids i ON i.old = t.case_id`);
    await house.superuser.ask('VACUUM ANALYZE bench.cases, bench.events');
    const middle = async (column, from) => (await house.sql.ask(`SELECT ${column} FROM ${from} ORDER BY length(${column}::text)
        OFFSET (SELECT count(*) / 2 FROM ${from}) LIMIT 1`))[0][0];
    return {
        n: (await house.sql.numbers('SELECT count(*) FROM bench.cases'))[0],
        clocks: await middle('clocks', "cases WHERE state = 'working'"), more: await middle('more', "cases WHERE state = 'working'"),
        data: await middle('data', 'events WHERE actor IS NOT NULL'),
    };
}

/** Our services are down. The best of some numbers of connections. */
async function limit(copy) {
    let best = 0;
    for (const clients of CLIENTS) {
        const before = house.cpu();
        const define = Object.entries({ clients, each: Math.floor(copy.n / clients), k: 1000000 + limit.offset, clocks: copy.clocks, more: copy.more, data: copy.data })
            .flatMap(([name, value]) => ['-D', `${name}=${value}`]);
        const { stdout } = await promisify(execFile)(PGBENCH, ['-n', '-M', 'prepared', '-c', clients, '-j', 2, '-T', plan.limitS, ...define,
            '-f', join(top, 'tests/bench/bare.pgbench'), house.conninfo].map(String));
        limit.offset += 1000000;
        const after = house.cpu(), spent = after.idle - before.idle + after.busy - before.busy;
        const perSecond = Number(stdout.match(/^tps = ([0-9.]+)/m)[1]), done = Number(stdout.match(/transactions actually processed: (\d+)/)[1]);
        say(`limit    connections=${clients} limit/s=${round(perSecond)} pg_us=${round((after.pg - before.pg) / done, 1)} idle=${round((after.idle - before.idle) / spent * 100)}%`);
        best = Math.max(best, perSecond);
    }
    return best;
}
limit.offset = 0;

/** Whether the budgets are held, one line each; a whole run that misses one ends with 1, a quick one says too little. */
function judge(ratio, p99Ms) {
    const budgets = [[`ratio=${round(ratio, 3)}`, `at least ${RATIO_LEAST}`, ratio >= RATIO_LEAST],
        [`p99_ms=${round(p99Ms, 1)}`, `under ${P99_BELOW_MS} at half that rate`, p99Ms < P99_BELOW_MS]];
    for (const [figure, budget, held] of budgets)
        say(`budget   ${figure} ${budget}: ${held ? 'held' : 'MISSED'}`);
    if (quick !== 'quick' && budgets.some(([, , held]) => !held))
        process.exitCode = 1;
}

async function main() {
    course.machine(`people=${PEOPLE}`);
    const people = await leaders();
    writeFileSync(files.bodies, await reportBodies(house.sql, people.map(({ lon, lat }) => [lon, lat])));
    const [have] = await house.sql.numbers('SELECT count(*) FROM cases');
    if (have < plan.fill)
        await open(plan.fill - have);
    say(`filled   ${plan.fill} cases are there`);
    if (only) {
        await prepare(people, Number(only) * plan.costS);
        console.log(costs(await course.windowAt(Number(only), plan.costS, ARRIVAL_S)));
        return house.close();
    }
    let guess = await press(people, 2000, 3);
    const copy = await copyTables(), runs = [], limits = [];
    for (let i = 0; i < plan.runs; i++) {
        say(`run ${i + 1}    load=${load()}`);
        runs.push(guess = await press(people, guess, plan.runS));
        await house.down();
        limits.push(await limit(copy));
        if (i < plan.runs - 1)
            await house.up();
    }
    const rows = await house.written(); // all backends of our services have ended and told
    await house.up();
    const acted = median(runs), most = median(limits);
    await prepare(people, COST_SHARE * acted * plan.costS);
    const cost = await course.windowAt(COST_SHARE * acted, plan.costS, ARRIVAL_S);
    await house.down(); // then all backends have told
    const written = await house.written();
    await house.up();
    await prepare(people, P99_SHARE * acted * plan.windowS);
    const calm = await course.windowAt(P99_SHARE * acted, plan.windowS, ARRIVAL_S);
    say(`rows     an action: ${tables(rows, written, cost.n)}`);
    say(`machine  load=${load()}`);
    await house.sql.ask('DROP SCHEMA bench CASCADE');
    house.close();
    judge(acted / most, calm.p99);
    console.log(`actions acted/s=${round(acted)} limit/s=${round(most)} ratio=${round(acted / most, 2)} ${costs({ ...cost, p99: calm.p99 })}`);
}

await main();
