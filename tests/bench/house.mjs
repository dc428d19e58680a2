// The instance that is measured, seen from outside: its processes and what they cost, its database, its parts down and
// up. CPU is utime + stime from /proc, in microseconds.
import { execFile, spawn } from 'node:child_process';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Psql } from './psql.mjs';

const run = promisify(execFile);
const TICK_US = 10000; // Linux: USER_HZ is 100 on every architecture that Debian 12 has here
const PSQL = '/usr/lib/postgresql/15/bin/psql';
export const KINDS = ['bus', 'registry', 'intake', 'triage', 'notification', 'reporting'];
const STOPPED_FOR_LIMIT = ['intake', 'triage', 'notification', 'reporting'];

export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

function fields(pid) {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number); // from field 3, the state
}

/** Every process: {pid, parent, cpu, reaped} (reaped: of children that have ended). */
function processes() {
    return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
        try {
            const f = fields(pid);
            return [{ pid: Number(pid), parent: f[1], cpu: (f[11] + f[12]) * TICK_US, reaped: (f[13] + f[14]) * TICK_US }];
        } catch {
            return []; // it has just ended
        }
    });
}

/** The same, of one moment: a process that ends while it is read would be missing here and there. */
function settledProcesses() {
    for (let former = processes(); ;) {
        const now = processes();
        if (now.map((p) => p.pid).join() === former.map((p) => p.pid).join())
            return now;
        former = now;
    }
}

/** All of the machine: {busy, idle} in microseconds. */
function machine() {
    const [user, nice, system, idle, iowait, irq, softirq, steal] =
        readFileSync('/proc/stat', 'latin1').split('\n')[0].split(/\s+/).slice(1).map(Number);
    return { busy: (user + nice + system + irq + softirq + steal) * TICK_US, idle: (idle + iowait) * TICK_US };
}

export class House {
    constructor(home) {
        this.home = home;
        const settings = readFileSync(join(home, 'settings'), 'utf8');
        this.run = settings.match(/^WANGGE_RUN=(.*)$/m)[1];
        this.port = Number(settings.match(/^WANGGE_PORT=(.*)$/m)[1]);
        this.zone = settings.match(/^WANGGE_ZONE=(.*)$/m)[1];
        this.conninfo = `host=${this.run} dbname=wangge user=wangge-owner`;
        this.sql = new Psql(PSQL, this.conninfo);
        this.superuser = new Psql(PSQL, `host=${this.run} dbname=wangge user=wangge-postgres`);
        this.parts = readdirSync(join(home, 'service')).filter((name) => /^[a-z]+-\d+$/.test(name));
        this.service = this.parts.filter((name) => KINDS.includes(name.split('-')[0]));
    }

    pidOf(part) {
        return Number(readFileSync(join(this.home, 'service', part, 'supervise/pid'), 'utf8').trim());
    }

    /** What each group has used until now; `each`: every service apart. */
    cpu() {
        const all = settledProcesses();
        const tree = (pid) => all.filter((p) => p.pid === pid || p.parent === pid);
        const sum = (pids) => pids.reduce((total, pid) =>
            total + tree(pid).reduce((s, p) => s + p.cpu, 0) + (all.find((p) => p.pid === pid)?.reaped ?? 0), 0);
        const group = (parts) => sum(parts.flatMap((part) => [this.pidOf(part), this.pidOf(`${part}/log`)]));
        const each = Object.fromEntries(this.service.map((part) => [part, sum([this.pidOf(part)])]));
        each.logs = sum(this.service.map((part) => this.pidOf(`${part}/log`)));
        return { own: group(this.service), pg: group(['postgres-1']), nginx: group(['nginx-1']), each, ...machine(), at: performance.now() };
    }

    /** What each process of PostgreSQL has used until now, by what it does: {pid: {name, cpu}}. */
    async backends() {
        const rows = await this.superuser.ask(`SELECT pid, CASE WHEN backend_type = 'client backend'
            THEN application_name || ' ' || regexp_replace(left(query, 28), '\\s+', ' ', 'g') ELSE backend_type END FROM pg_stat_activity`);
        const names = new Map(rows.map(([pid, name]) => [Number(pid), name]));
        return new Map(processes().filter((p) => names.has(p.pid)).map((p) => [p.pid, { name: names.get(p.pid), cpu: p.cpu }]));
    }

    /** Private memory of each service, MB. */
    memory() {
        return Object.fromEntries(this.service.map((part) => {
            const text = readFileSync(`/proc/${this.pidOf(part)}/smaps_rollup`, 'utf8');
            const kb = [...text.matchAll(/^Private_(?:Clean|Dirty): *(\d+) kB/gm)].reduce((s, m) => s + Number(m[1]), 0);
            return [part, kb / 1024];
        }));
    }

    /** All metrics of the services that are plain numbers, summed over instances. */
    async metrics() {
        const sums = new Map();
        for (const part of this.service) {
            const text = await fetch(`http://127.0.0.1:${this.port + 1}/metrics/${part.replace('-', '/')}`).then((answer) => answer.text());
            for (const [, name, value] of text.matchAll(/^(\w+(?:\{(?!le=)[^}]*\})?) ([0-9.e+-]+)$/gm))
                sums.set(name, (sums.get(name) ?? 0) + Number(value));
        }
        return sums;
    }

    /** Reports on their way: waiting for triage, for notification, for the fold. */
    async backlog() {
        const [arrivals, notices, unfolded] = await this.sql.numbers(`
            SELECT (SELECT count(*) FROM arrivals), (SELECT count(*) FROM notices),
                   (SELECT count(*) FROM events e, rollup_cursor c WHERE e.xid >= c.xid AND (e.xid, e.case_id, e.n) > (c.xid, c.case_id, c.n))`);
        return { arrivals, notices, unfolded, sum: arrivals + notices + unfolded };
    }

    /** Waits until every report is handled and the log folded to its end; milliseconds it took. */
    async drained(patienceMs = 120000) {
        const began = performance.now();
        while ((await this.backlog()).sum > 0) {
            if (performance.now() - began > patienceMs)
                throw new Error(`not handled after ${patienceMs / 1000} s: ${JSON.stringify(await this.backlog())}`);
            await pause(50);
        }
        return performance.now() - began;
    }

    async lsn() {
        return (await this.sql.numbers(`SELECT pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')`))[0];
    }

    /** Rows written in each table so far. A backend tells when it ends, or after ten idle seconds. */
    async written() {
        const rows = await this.sql.ask(`SELECT relname, n_tup_ins, n_tup_upd, n_tup_del FROM pg_stat_user_tables ORDER BY 1`);
        return new Map(rows.map(([table, ...counts]) => [table, counts.map(Number)]));
    }

    async checkpoint() {
        await this.superuser.ask('CHECKPOINT');
    }

    /** Those that would take the limit's work away. */
    async down() {
        const parts = this.parts.filter((part) => STOPPED_FOR_LIMIT.includes(part.split('-')[0]));
        await Promise.all(parts.map((part) => run('sv', ['-w', '30', 'down', join(this.home, 'service', part)])));
    }

    async up() {
        const [[since]] = await this.sql.ask('SELECT clock_timestamp()');
        for (const part of this.parts)
            await run('sv', ['up', join(this.home, 'service', part)]);
        for (let tries = 0; ; tries++) {
            const [late] = await this.sql.numbers(`SELECT ${this.service.length} - count(*) FROM instances WHERE ready AND seen_at > '${since}'`);
            const door = await fetch(`http://127.0.0.1:${this.port}/readyz`).then((answer) => answer.ok, () => false);
            if (late === 0 && door)
                return;
            if (tries > 600)
                throw new Error('not ready after a minute');
            await pause(100);
        }
    }

    close() {
        this.sql.close();
        this.superuser.close();
    }
}

/** Runs one of our programs to its end; it prints one JSON object. */
export function program(path, options, env = {}) {
    const args = Object.entries(options).filter(([, value]) => value !== undefined).flatMap(([name, value]) => [`--${name}`, String(value)]);
    return new Promise((resolve, reject) => {
        const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'inherit'], env: { ...process.env, ...env } });
        let out = '';
        child.stdout.on('data', (piece) => { out += piece; });
        child.on('error', reject);
        child.on('close', (code) => code === 0 ? resolve(JSON.parse(out)) : reject(new Error(`${path} ended with ${code}`)));
    });
}
