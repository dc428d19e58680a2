// A private Wangge for tests: its own folder, ports and PostgreSQL, brought up by ops/up as anybody would, in the build
// with sanitizers and fault points. Several test files share one where $WANGGE_TEST_SHARED names its folder (ops/test
// sets it); a test that breaks things brings up its own.
// verify() is what follows every system test: all is drained, no process died unasked, no sanitizer word and no stall
// stands in any log, no flight was judged the service's own fault, schema/checks is empty at age 0, and the log replays.
import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, chmodSync, writeFileSync, openSync, writeSync, closeSync } from 'node:fs';
import net from 'node:net';
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import { Client } from './client.mjs';
import { Logs } from './logs.mjs';
import { replay } from '../chaos/replay.mjs';
import { waitFor } from './wait.mjs';

export const TOP = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
export const KINDS = ['bus', 'registry', 'intake', 'triage', 'notification', 'reporting'];

/** Runs a command to its end: {code, out, err}. It never throws for an exit code. */
export function run(command, args, { env = {}, input, cwd = TOP, timeoutMs = 900000 } = {}) {
    return new Promise((resolve, reject) => {
        const child = execFile(command, args, { cwd, env: { ...process.env, ...env }, timeout: timeoutMs,
            maxBuffer: 256 << 20 }, (error, out, err) => {
            if (error && typeof error.code !== 'number' && !error.killed)
                reject(error);
            else
                resolve({ code: error ? (error.code ?? 124) : 0, out, err });
        });
        child.stdin.on('error', () => {}); // it ended without reading all of it: its exit code says why
        if (input !== undefined)
            child.stdin.end(input);
    });
}

const taken = (port) => new Promise((resolve) => {
    const server = net.createServer();
    server.once('error', () => resolve(true));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(false)));
});

/** A port that is free together with the next one. Drawn at random, since several runs may stand side by side. */
export async function freePorts() {
    for (;;) {
        const port = randomInt(10000, 30000);
        if (!await taken(port) && !await taken(port + 1))
            return port;
    }
}

export class Instance {
    /** Brings one up. env: further variables for ops/up (WANGGE_TRIAGE, WANGGE_SMTP_URL, WANGGE_FAULT …). */
    static async up({ name = 'test', env = {}, sample = true } = {}) {
        const instance = new Instance();
        // Short, since sockets have room for a hundred bytes; empty, since ops/up takes no other folder.
        instance.home = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', `wg-${name}-`));
        chmodSync(instance.home, 0o755);
        instance.own = true;
        instance.env = { WANGGE_BUILD: 'fault', WANGGE_BUILD_DIR: process.env.WANGGE_TEST_BUILD ?? '/tmp/wangge-test-build',
            ...env, WANGGE_HOME: instance.home,
            WANGGE_PORT: String(await freePorts()) };
        await instance.raise({ sample });
        return instance;
    }

    /** The one that all test files share; without $WANGGE_TEST_SHARED one of our own. */
    static async shared(options) {
        if (!process.env.WANGGE_TEST_SHARED)
            return Instance.up(options);
        const instance = new Instance();
        instance.home = process.env.WANGGE_TEST_SHARED;
        instance.env = { WANGGE_HOME: instance.home };
        instance.read();
        return instance;
    }

    /** ops/up, again where it is needed. */
    async raise({ sample = false, env = {} } = {}) {
        Object.assign(this.env, env);
        const { code, out, err } = await run(join(TOP, 'ops/up'), sample ? ['--sample'] : [], { env: this.env });
        assert.equal(code, 0, `ops/up failed:\n${out}\n${err}`);
        this.read();
    }

    read() {
        const settings = Object.fromEntries(readFileSync(join(this.home, 'settings'), 'utf8').split('\n')
            .filter((line) => /^[A-Z_]+=/.test(line)).map((line) => line.split(/=(.*)/s).slice(0, 2)));
        this.settings = settings;
        this.faultLog = join(this.home, 'faults.log');
        this.port = Number(settings.WANGGE_PORT);
        this.run = settings.WANGGE_RUN;
        this.logs ??= new Logs(this);
        this.asked ??= {};
    }

    key(code) {
        return readFileSync(code === 'admin' ? join(this.home, 'admin.key') : join(this.home, 'keys', `${code}.key`), 'utf8').trim();
    }

    /** A client that acts as this post (`admin` for the administrator); without a code as nobody. */
    client(code, options = {}) {
        return new Client({ port: this.port, key: code === undefined ? undefined : this.key(code), ...options });
    }

    /** A client on the socket of one process, which the contract does not cover. */
    inside(service, n = 1) {
        return new Client({ socketPath: join(this.run, `${service}-${n}.sock`), checked: false });
    }

    /** psql as the owner of the tables: [command, its arguments before ours]. */
    psql() {
        return ['/usr/lib/postgresql/15/bin/psql', [`host=${this.run} dbname=wangge user=wangge-owner`]];
    }

    /** Rows as arrays of strings; null is null. Parameters are psql variables. */
    async sql(text, variables = {}) {
        const args = ['-X', '-q', '-A', '-t', '-F', '\x1f', '-R', '\x1e', '-P', 'null=\x02', '-v', 'ON_ERROR_STOP=1',
            ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`])];
        const [command, first] = this.psql();
        const { code, out, err } = await run(command, [...first, ...args], { env: this.env, input: text });
        if (code !== 0)
            throw new Error(`psql: ${err}`);
        const body = out.replace(/[\x1e\n]+$/, '');
        return body === '' ? [] : body.split('\x1e').map((row) => row.split('\x1f').map((cell) => cell === '\x02' ? null : cell));
    }

    async one(text, variables) {
        return (await this.sql(text, variables))[0]?.[0];
    }

    async count(text, variables) {
        return Number(await this.one(`SELECT count(*) FROM ${text}`, variables));
    }

    names() {
        return readdirSync(join(this.home, 'service')).filter((name) => /-\d+$/.test(name));
    }

    /** The process id of a service (`intake-1`, `postgres-1`, `door-1`); 0 while it is down. */
    pid(name) {
        try {
            return Number(readFileSync(join(this.home, 'service', name, 'supervise', 'pid'), 'utf8')) || 0;
        } catch {
            return 0;
        }
    }

    /** Sends a signal to a service; false if it is not there. A death by it is then not unasked. */
    kill(name, signal = 'SIGKILL') {
        const pid = this.pid(name);
        if (pid === 0)
            return false;
        try {
            process.kill(pid, signal);
        } catch {
            return false;
        }
        if (signal !== 'SIGSTOP' && signal !== 'SIGCONT')
            this.asked[name] = (this.asked[name] ?? 0) + 1;
        return true;
    }

    /** Takes a service down under runit, or up again. */
    async service(verb, name) {
        if (verb !== 'up')
            this.asked[name] = (this.asked[name] ?? 0) + 1;
        const { code, out, err } = await run('sv', ['-w', '30', verb, join(this.home, 'service', name)]);
        assert.equal(code, 0, `sv ${verb} ${name}: ${out}${err}`);
    }

    /** Arms fault points of a service (`name:action[@n]`, comma between) and restarts it; wait: until it runs again. */
    async arm(name, faults, { wait = true } = {}) {
        const folder = join(this.home, 'service', name, 'env');
        if (!existsSync(this.faultLog)) {
            writeFileSync(this.faultLog, '');
            chmodSync(this.faultLog, 0o666);
        }
        writeFileSync(join(folder, 'WANGGE_FAULT'), faults);
        writeFileSync(join(folder, 'WANGGE_FAULT_LOG'), this.faultLog);
        this.asked[name] = (this.asked[name] ?? 0) + 1;
        await run('sv', [...(wait ? ['-w', '20', 'restart'] : ['term']), join(this.home, 'service', name)]);
    }

    /** The next start of the service is without faults. */
    disarm(name) {
        rmSync(join(this.home, 'service', name, 'env', 'WANGGE_FAULT'), { force: true });
    }

    /** The points that fired, in order: `name:action`. */
    fired() {
        return existsSync(this.faultLog) ? readFileSync(this.faultLog, 'utf8').split('\n').filter((line) => line !== '') : [];
    }

    /** Moves time in all processes of the instance. */
    moveClock(seconds) {
        const bytes = Buffer.alloc(8);
        bytes.writeBigInt64LE(BigInt(Math.round(seconds)) * 1000000n);
        const path = join(this.home, 'clock');
        if (!existsSync(path))
            writeFileSync(path, bytes);
        const file = openSync(path, 'r+');
        writeSync(file, bytes, 0, 8, 0);
        closeSync(file);
        this.offset = seconds;
    }

    now() {
        return new Date(Date.now() + (this.offset ?? 0) * 1000);
    }

    /** Every service says that it is ready. */
    async ready(seconds = 60) {
        const client = this.client();
        try {
            await waitFor('readiness', async () => (await client.get('/readyz')).status === 200, { seconds });
        } finally {
            client.close();
        }
    }

    /** Nothing is in hand any more: no case to be woken, no arrivals, no notices, no waiting mail, the log folded. */
    async drain(seconds = 60) {
        await waitFor('the queues to drain', async () => {
            const [[wakes, arrivals, notices, mail, behind]] = await this.sql(`
                SELECT (SELECT count(*) FROM cases WHERE (wake_at <= :'now' OR wake_tries > 0) AND wake_tries < 5),
                       (SELECT count(*) FROM arrivals WHERE set_aside_at IS NULL),
                       (SELECT count(*) FROM notices WHERE set_aside_at IS NULL),
                       (SELECT count(*) FROM deliveries WHERE state = 'waiting'),
                       (SELECT count(*) FROM events e, rollup_cursor c
                        WHERE (e.xid, e.case_id, e.n) > (c.xid, c.case_id, c.n))`, { now: this.now().toISOString() });
            const left = { wakes, arrivals, notices, mail, behind };
            if (Object.values(left).every((n) => n === '0'))
                return true;
            throw new Error(JSON.stringify(left));
        }, { seconds, everyMs: 100 });
    }

    /** schema/checks at age 0: {broken: [text], apart: [text]}. */
    async checks() {
        const broken = [], apart = [];
        const folder = join(TOP, 'schema/checks');
        const now = new Date(this.now().getTime() + 1000).toISOString();
        for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')).sort()) {
            const text = readFileSync(join(folder, file), 'utf8');
            const rows = await this.sql(text, { age: 0, now });
            if (rows.length > 0)
                (text.startsWith('-- apart') ? apart : broken).push(`${file}: ${rows.length} rows, first: ${rows.slice(0, 5).join(' | ')}`);
        }
        return { broken, apart };
    }

    /**
     * What must hold after every test. allow: patterns of log lines that this test has asked for; mailless: ids of cases
     * that came while it had taken the mail server away.
     */
    async verify({ allow = [], setAside = false, mailless = [], drainSeconds = 60 } = {}) {
        this.doubted = true;
        await this.drain(drainSeconds);
        const { broken, apart } = await this.checks();
        assert.deepEqual(broken, [], 'schema/checks');
        if (!setAside)
            assert.deepEqual(apart, [], 'nothing is set aside in a run without poison');
        const { faults } = await replay(this, { mail: this.env.WANGGE_SMTP_URL !== undefined });
        const excused = new Set(mailless.map((id) => `${id}/`));
        const found = faults.filter((fault) => !(/^delivery (\d+\/).*\/mail: is missing$/.test(fault) && excused.has(RegExp.$1)));
        assert.deepEqual(found.slice(0, 20), [], 'the log, judged again');
        assert.deepEqual(this.logs.faults(allow), [], 'the logs');
        assert.deepEqual(this.logs.unasked(), [], 'no process died unasked');
        this.doubted = false;
    }

    /** Takes it down. After a failure, of the promise above too, its folder is kept. */
    async down({ keep = process.exitCode > 0 || this.doubted === true } = {}) {
        if (!this.own)
            return;
        await run(join(TOP, 'ops/down'), [], { env: this.env });
        if (keep)
            console.log(`# kept: ${this.home}`);
        else
            rmSync(this.home, { recursive: true, force: true });
    }
}
