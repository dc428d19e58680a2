// The storm: reports (single and uploads, with keys and without, with category and point and without) and staff at work
// flow through the front door while every service, the bus and PostgreSQL are killed with -9, in turn and at random,
// some of them stopped and let go on again, hints dropped, doubled and shuffled, and the mail server now and then takes
// a mail and keeps its answer back. Then the faults stop, judge.mjs looks. Everything random comes from one seed, which
// is printed: the same seed gives the same schedule of faults (not the same interleaving).
//   node tests/chaos/storm.mjs [--seconds 60] [--kills 2] [--rate 40] [--seed N] [--bug reply_early|skip_unique|forget_sweep]
//                              [--several 1]: three triages and two of each other service; all of them are victims
// Ends with 0 if nothing was found. A run with too little in it has failed: a dead house loses nothing.
import { chmodSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { randomInt } from 'node:crypto';
import { pathToFileURL } from 'node:url';
import { Instance } from '../lib/instance.mjs';
import { Hands } from '../lib/hands.mjs';
import { Load } from '../lib/load.mjs';
import { Post } from '../lib/smtp.mjs';
import { pause, waitFor } from '../lib/wait.mjs';
import { calm, judge } from './judge.mjs';

const COMMUNITY = '410103007012';
// The first round in turn; PostgreSQL and intake close together, since what intake holds while the database is away is
// what a hasty answer would lose.
const VICTIMS = ['postgres-1', 'intake-1', 'triage-1', 'notification-1', 'bus-1', 'registry-1', 'reporting-1'];
const SEVERAL = { WANGGE_INTAKE: '2', WANGGE_TRIAGE: '3', WANGGE_NOTIFICATION: '2', WANGGE_REPORTING: '2', WANGGE_REGISTRY: '2' };
const SIBLINGS = ['intake-2', 'triage-2', 'triage-3', 'notification-2', 'reporting-2', 'registry-2'];

// Each is a build of its own in effect: a fault of one service, and what else it takes. The storm does not know which.
export const BUGS = {
    reply_early: { name: 'intake-1', fault: 'bug.reply_early:error' },
    skip_unique: { name: 'triage-1', fault: 'bug.skip_unique:error', sql: `
        ALTER TABLE case_reports DROP CONSTRAINT case_reports_pkey; CREATE INDEX ON case_reports (report_id);
        ALTER TABLE cases DROP CONSTRAINT cases_pkey; CREATE INDEX ON cases (id);
        ALTER TABLE events DROP CONSTRAINT events_pkey; CREATE INDEX ON events (case_id, n);
        ALTER TABLE notices DROP CONSTRAINT notices_pkey; CREATE INDEX ON notices (case_id, n, rule);` },
    forget_sweep: { name: 'triage-1', fault: 'bug.forget_sweep:error' },
};

/** mulberry32: small, good enough, and the same everywhere. */
export function seeded(seed) {
    let a = seed >>> 0;
    return () => {
        a = (a + 0x6D2B79F5) >>> 0;
        let t = Math.imul(a ^ (a >>> 15), a | 1);
        t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
        return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
    };
}

/** [{at (s), name, faults of hints}]: each victim `kills` times, the first round in turn, then shuffled. */
export function schedule({ seconds, kills, random, victims }) {
    const order = [...victims];
    for (let round = 1; round < kills; round++) {
        const names = [...victims];
        for (let i = names.length - 1; i > 0; i--) {
            const j = Math.floor(random() * (i + 1));
            [names[i], names[j]] = [names[j], names[i]];
        }
        order.push(...names);
    }
    const step = (seconds - 6) / order.length, plan = [];
    let at = 2;
    order.forEach((name, i) => {
        // Close upon the one before, while that is not back yet (PostgreSQL takes half a second): always after the first,
        // and at random later.
        const close = i === 1 || (i >= victims.length && random() < 0.2);
        plan.push({ at: close ? plan[i - 1].at + 0.1 + random() * 0.2 : at + random() * step * 0.4, name,
            hints: hintFaults(random), swizzle: random() < 0.4 ? Math.floor(random() * 3) + 1 : 0, spare: random() });
        at += step;
    });
    return plan.sort((a, b) => a.at - b.at);
}

/** Of the next 400 hints some are dropped, doubled, or let another pass; then it is quiet until the next start. */
function hintFaults(random) {
    const faults = [];
    for (let pass = 1; pass <= 400; pass++) {
        const dice = random();
        if (dice < 0.3)
            faults.push(`${dice < 0.12 ? 'bus.drop' : dice < 0.22 ? 'bus.dup' : 'bus.reorder'}:error@${pass}`);
    }
    return faults.join(',');
}

export class Storm {
    constructor(options) {
        Object.assign(this, { seconds: 60, kills: 2, rate: 40, seed: randomInt(1e9), drainSeconds: 240, say: console.log }, options);
        this.random = seeded(this.seed);
        this.victims = this.several ? [...VICTIMS, ...SIBLINGS] : VICTIMS;
        this.senders = this.victims.filter((name) => /^(intake|triage)-/.test(name));
        this.killed = Object.fromEntries(this.victims.map((name) => [name, 0]));
        this.inFlight = { ...this.killed };
        this.notificationKills = [];
        this.stopped = new Set();
        this.stops = [];
        this.swizzles = 0;
    }

    async up() {
        this.post = await Post.open();
        this.house = await Instance.up({ name: 'storm', env: { ...(this.several ? SEVERAL : {}), WANGGE_SMTP_URL: this.post.url } });
        const admin = this.house.client('admin', { checked: false });
        const all = (await admin.get('/api/v1/categories')).json.items.filter((one) => one.parent !== null && one.responsible === 'leader');
        const grids = (await admin.get(`/api/v1/areas?under=${COMMUNITY}&level=grid&limit=100`)).json;
        admin.close();
        this.categories = all.map((one) => one.code);
        this.grids = (grids.features ?? grids.items).map((one) => one.properties).filter((one) => one.kind === 'ordinary');
        writeFileSync(this.house.faultLog, '', { flag: 'a' });
        chmodSync(this.house.faultLog, 0o666);
        for (const name of this.senders)
            writeFileSync(join(this.house.home, 'service', name, 'env', 'WANGGE_FAULT_LOG'), this.house.faultLog);
        if (this.bug !== undefined && BUGS[this.bug].sql)
            await this.house.sql(BUGS[this.bug].sql);
        for (const name of this.senders) {
            this.arrange(name, hintFaults(this.random));
            await this.house.service('restart', name);
        }
        await calm(this.house);
    }

    /** What a service's next start is told; a bug stays in whatever else is asked. */
    arrange(name, faults) {
        const bug = this.bug !== undefined && BUGS[this.bug].name.split('-')[0] === name.split('-')[0] ? BUGS[this.bug].fault : '';
        const all = [bug, faults].filter((one) => one !== '').join(',');
        const folder = join(this.house.home, 'service', name, 'env');
        mkdirSync(folder, { recursive: true });
        if (all === '')
            rmSync(join(folder, 'WANGGE_FAULT'), { force: true });
        else
            writeFileSync(join(folder, 'WANGGE_FAULT'), all);
    }

    make(i) {
        const pick = (list, salt) => list[(i * 2654435761 + salt * 40503 >>> 4) % list.length];
        const report = {}, kind = i % 10, grid = pick(this.grids, 1);
        if (kind !== 3)
            report.category = pick(this.categories, 2);
        if (kind < 6 && grid.point)
            [report.lon, report.lat] = grid.point;
        else if (kind < 9)
            report.area = grid.code;
        if (i % 7 === 0)
            report.reporter = { name: '来信人', email: `someone-${i}@example.org`, consent: i % 14 === 0 };
        if (i % 23 === 0)
            report.training = true;
        return report;
    }

    start() {
        this.load = new Load(this.house, { make: (i) => this.make(i), keyed: 0.85 });
        this.hands = new Hands(this.house, { category: this.categories[0], random: this.random, categories: this.categories, parties: ['urban-management', 'housing', 'water'],
            area: (below) => this.grids.find((one) => one.code.startsWith(below))?.code ?? this.grids[0].code });
        // Never twice for the same mail: its back-off would outlast the time to drain.
        this.post.behave = (mail) => (!this.calming && Math.random() < 0.03 && !this.post.mails.some((one) => one.id === mail.id) ? 'cut' : 'take');
        const taken = [];
        const answered = this.load.history.answered.bind(this.load.history);
        this.load.history.answered = (key, id, number) => {
            answered(key, id, number);
            taken.push(id);
        };
        this.load.start(this.rate, { uploadEvery: 25 });
        // Half of the time they go on with the first ones, so that many cases come to their end.
        this.hands.start(8, () => taken[Math.floor(this.random() * (this.random() < 0.5 ? Math.min(taken.length, 100) : taken.length))]);
    }

    alive(name) {
        const pid = this.house.pid(name);
        try {
            return pid > 0 && /^(wangge-|postgres)/.test(readFileSync(`/proc/${pid}/comm`, 'utf8'));
        } catch {
            return false;
        }
    }

    async strike({ name, hints, swizzle, spare }) {
        await waitFor(`${name} to be there`, () => this.alive(name), { seconds: 20, everyMs: 20 });
        await waitFor('work in flight', () => this.load.pending.size > 0, { seconds: 5, everyMs: 2 }).catch(() => {});
        for (const sender of this.senders)
            this.arrange(sender, hints);
        const working = this.load.pending.size > 0;
        if (!this.house.kill(name))
            return;
        this.killed[name]++;
        this.inFlight[name] += working;
        if (name.startsWith('notification-'))
            this.notificationKills.push(Date.now());
        this.say(`  ${this.clock()} s  kill -9 ${name.padEnd(14)} ${this.load.pending.size} requests open, ${this.load.history.reports.size} reports sent`);
        if (swizzle > 0)
            await this.swizzle(swizzle, spare);
    }

    /** Some are stopped in one order and let go on in another, at most a second later. */
    async swizzle(n, spare) {
        const from = Date.now(), names = this.victims.filter((_, i, all) => (i + Math.floor(spare * all.length)) % all.length < n);
        for (const name of names)
            if (this.alive(name) && this.house.kill(name, 'SIGSTOP'))
                this.stopped.add(name);
        await pause(200 + spare * 800);
        for (const name of names.reverse()) {
            this.house.kill(name, 'SIGCONT');
            this.stopped.delete(name);
            this.stops.push({ name, from, to: Date.now() });
        }
        this.swizzles++;
    }

    clock() {
        return ((Date.now() - this.began) / 1000).toFixed(1).padStart(5);
    }

    async rage() {
        this.began = Date.now();
        this.start();
        for (const one of schedule(this)) {
            await pause(this.began + one.at * 1000 - Date.now());
            await this.strike(one);
        }
        await pause(this.began + this.seconds * 1000 - Date.now());
    }

    /** Faults stop: nothing is armed any more, all run, nobody sends; then what is open comes to its end. */
    async settle() {
        this.calming = true;
        for (const name of this.senders)
            this.arrange(name, '');
        const last = Date.now();
        for (const name of this.senders)
            await this.house.service('restart', name);
        await calm(this.house);
        await Promise.all([this.load.stop(), this.hands.stop()]);
        this.say(`  ${this.clock()} s  faults over; ready and every sender answered after ${((Date.now() - last) / 1000).toFixed(1)} s`);
    }

    /** What makes a run count. */
    tooLittle(sums) {
        const faults = [];
        for (const [name, n] of Object.entries(this.inFlight))
            if (n < this.kills)
                faults.push(`${name} was killed ${n} times with work in flight, ${this.kills} are needed`);
        if (sums.reports.answered < this.least)
            faults.push(`${sums.reports.answered} reports were acknowledged, ${this.least} are needed`);
        if (sums.reports.unknowns < 1)
            faults.push('no answer was unknown');
        const fired = this.house.fired();
        for (const point of ['bus.drop', 'bus.dup', 'bus.reorder'])
            if (this.hinted && !fired.includes(`${point}:error`))
                faults.push(`${point} never happened`);
        return faults;
    }

    async run() {
        this.least ??= Math.round(this.seconds * 1000 / 60);
        this.hinted ??= this.seconds >= 60;
        this.say(`storm: seed ${this.seed}, ${this.seconds} s, ${this.kills} kills each, ${this.rate} reports/s${this.several ? ', several of each' : ''}${this.bug ? `, with the bug ${this.bug}` : ''}`);
        await this.up();
        await this.rage();
        await this.settle();
        const { sums, findings } = await judge({ house: this.house, load: this.load, hands: this.hands, post: this.post,
            kills: this.notificationKills, stops: this.stops, drainSeconds: this.drainSeconds });
        const little = this.tooLittle(sums);
        this.tell(sums, findings, little);
        return { sums, findings, little, storm: this };
    }

    tell(sums, findings, little) {
        const { reports, actions, replayed, mails } = sums;
        const count = (point) => this.house.fired().filter((line) => line === `${point}:error`).length;
        this.say(`  killed        ${Object.entries(this.inFlight).map(([name, n]) => `${name} ${n}/${this.killed[name]}`).join(', ')} (with work in flight/in all); ${this.swizzles} times some were stopped`);
        this.say(`  hints         ${count('bus.drop')} dropped, ${count('bus.dup')} doubled, ${count('bus.reorder')} let others pass`);
        this.say(`  reports       ${reports.sent} sent, ${reports.answered} acknowledged, ${reports.unknowns} answers unknown, ${reports.refused} refused, ${reports.recovered} recovered`);
        this.say(`  lost ${reports.lost.length}, unexpected ${reports.unexpected.length}, duplicated ${reports.duplicated.length}`);
        this.say(`  actions       ${actions.attempted} attempted, ${actions.done} done, ${actions.refused} refused, ${actions.lostAnswers} answers lost, ${actions.unknown} unknown in the end`);
        this.say(`  replayed      ${replayed.cases} cases, ${replayed.events} events, ${replayed.deliveries} deliveries, ${replayed.faults.length} faults`);
        this.say(`  mails         ${mails.received} received, ${mails.distinct} distinct, ${mails.withheld} answers withheld, ${mails.repeats} repeated`);
        this.say(`  drained in ${sums.drained.toFixed(1)} s; ops/check: ${sums.check}`);
        for (const text of little)
            this.say(`  TOO LITTLE: ${text}`);
        for (const text of findings.slice(0, 20))
            this.say(`  FOUND: ${text}`);
        this.say(`  ${findings.length} findings; seed ${this.seed}`);
    }

    async down(keep) {
        this.load?.close();
        this.hands?.close();
        for (const name of this.stopped)
            this.house.kill(name, 'SIGCONT');
        await this.house?.down({ keep });
        await this.post?.close();
    }
}

/** One storm from nothing to its judgement: {sums, findings, little}. keep: its folder stays where something was found. */
export async function storm(options = {}) {
    const one = new Storm(options);
    let result;
    try {
        result = await one.run();
    } finally {
        const good = result !== undefined && result.little.length === 0 && (options.bug === undefined) === (result.findings.length === 0);
        await one.down(!good);
    }
    return result;
}

if (process.argv[1] && import.meta.url === pathToFileURL(process.argv[1]).href) {
    const options = {};
    for (let i = 2; i < process.argv.length; i += 2) {
        const name = process.argv[i].replace(/^--/, '');
        options[name] = name === 'bug' ? process.argv[i + 1] : Number(process.argv[i + 1]);
    }
    const { findings, little } = await storm(options);
    process.exit(findings.length + little.length > 0 ? 1 : 0);
}
