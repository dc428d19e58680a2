// Wangge as docker-compose.yml has it, for tests: the Docker daemon (the one that DOCKER_HOST names, or one of our own that
// ends with the test), the images, the containers. A house of containers is an Instance to whoever posts, asks and counts; only how its
// parts are killed and how its database is reached differs. Needs root and Debian's docker.io and docker-compose.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { Instance, TOP, freePorts, run } from './instance.mjs';
import { waitFor } from './wait.mjs';

const DOCKER = '/usr/bin/docker'; // another client may lie before it in the path
const COMPOSE = '/usr/bin/docker-compose';

/** A daemon with a folder and a socket of its own. Containers need no way out, so it makes no bridge but compose's and leaves
 * the machine's packet filter alone (connection tracking would slow down every socket of the machine). */
export class Daemon {
    static async open() {
        const daemon = new Daemon();
        daemon.host = process.env.DOCKER_HOST;
        if (daemon.host !== undefined)
            return daemon;
        daemon.folder = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'docker-'));
        daemon.host = `unix://${daemon.folder}/docker.sock`;
        const log = openSync(join(daemon.folder, 'log'), 'a');
        daemon.process = spawn('/usr/sbin/dockerd', ['--data-root', join(daemon.folder, 'data'), '--exec-root', join(daemon.folder, 'run'),
            '--pidfile', join(daemon.folder, 'pid'), '--host', daemon.host, '--bridge', 'none', '--iptables=false'], { stdio: ['ignore', log, log] });
        const ended = new Promise((resolve) => daemon.process.once('exit', resolve));
        daemon.ended = ended;
        try {
            await waitFor('a Docker daemon', async () => {
                assert.equal(daemon.process.exitCode, null, 'dockerd has ended');
                return (await run(DOCKER, ['-H', daemon.host, 'info'])).code === 0;
            }, { seconds: 60, everyMs: 200 });
        } catch (error) {
            throw new Error(`${error.message}\n${readFileSync(join(daemon.folder, 'log'), 'utf8').split('\n').slice(-12).join('\n')}`);
        }
        return daemon;
    }

    async close() {
        if (this.process === undefined)
            return;
        this.process.kill('SIGTERM');
        await this.ended;
        const mounts = readFileSync('/proc/mounts', 'utf8').split('\n').map((line) => line.split(' ')[1]);
        for (const mount of mounts.filter((path) => path?.startsWith(`${this.folder}/`)))
            execFileSync('umount', [mount]); // dockerd leaves the mark of its own network namespace
        rmSync(this.folder, { recursive: true, force: true });
    }
}

export class Containers extends Instance {
    /** Base image, images, nothing started yet. */
    static async build(daemon, version) {
        const house = new Containers();
        house.home = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'wg-compose-'));
        house.project = `wg${process.pid}`;
        house.scale = {};
        house.asked = {};
        house.port = await freePorts();
        house.env = { DOCKER_HOST: daemon.host, WANGGE_SAMPLE: '1', WANGGE_PUBLISH: `127.0.0.1:${house.port}`, WANGGE_VERSION: version };
        const base = await run(join(TOP, 'ops/docker-base'), [], { env: house.env });
        assert.equal(base.code, 0, `${base.out}${base.err}`);
        await house.compose('build');
        return house;
    }

    async docker(...args) {
        const { code, out, err } = await run(DOCKER, args, { env: this.env });
        assert.equal(code, 0, `docker ${args.join(' ')}: ${out.slice(-2000)}${err.slice(-2000)}`);
        return out.trim();
    }

    async compose(...args) {
        const { code, out, err } = await run(COMPOSE, ['--project-name', this.project, '--project-directory', TOP, '--file', join(TOP, 'docker-compose.yml'), ...args], { env: this.env });
        assert.equal(code, 0, `docker-compose ${args.join(' ')}: ${out.slice(-3000)}${err.slice(-3000)}`);
        return out.trim();
    }

    /** The address of this machine in the network of the containers; it exists once they are created. */
    async gateway() {
        return this.docker('network', 'inspect', '-f', '{{(index .IPAM.Config 0).Gateway}}', `${this.project}_default`);
    }

    /** Starts what is not there; options for `docker-compose up`. */
    async start(...options) {
        const scale = Object.entries(this.scale).flatMap(([kind, n]) => ['--scale', `${kind}=${n}`]);
        await this.compose('up', '-d', ...scale, ...options);
    }

    /** `setup` has done its work: keys, schema, the city. The keys then stand in our folder, as in an instance's. */
    async settled() {
        await waitFor('setup', async () => {
            const [status, code] = (await this.docker('inspect', '-f', '{{.State.Status}} {{.State.ExitCode}}', `${this.project}_setup_1`)).split(' ');
            return status === 'exited' && code === '0';
        }, { seconds: 300, everyMs: 500 });
        await this.docker('cp', `${this.project}_setup_1:/wangge/owner/keys`, this.home);
        await this.docker('cp', `${this.project}_setup_1:/wangge/owner/admin.key`, this.home);
    }

    /** The containers that run: [{name, kind, pid, image}]. */
    async containers() {
        const ids = (await this.compose('ps', '-q')).split('\n').filter((id) => id !== '');
        const all = JSON.parse(await this.docker('inspect', ...ids));
        return all.filter((one) => one.State.Running).map((one) => ({ id: one.Id, name: one.Name.slice(1), pid: one.State.Pid,
            kind: one.Config.Labels['com.docker.compose.service'], image: one.Config.Image, restarts: one.RestartCount }));
    }

    /** Kills the first process of a container, and with it all others; Docker starts it again. */
    async kill(kind, pick = 0) {
        const all = (await this.containers()).filter((one) => one.kind === kind);
        const victim = all[pick % all.length];
        if (victim === undefined || victim.pid === 0)
            return undefined;
        process.kill(victim.pid, 'SIGKILL');
        return victim.name;
    }

    psql() {
        return [DOCKER, ['exec', '-i', `${this.project}_postgres_1`, '/usr/lib/postgresql/15/bin/psql', 'host=/tmp dbname=wangge user=wangge-owner']];
    }

    /** All that a container has said. */
    log(name) {
        return execFileSync(DOCKER, ['logs', name], { env: { ...process.env, ...this.env }, encoding: 'utf8', maxBuffer: 256 << 20, stdio: ['ignore', 'pipe', 'ignore'] });
    }

    async down() {
        await this.compose('down', '--volumes', '--timeout', '10');
        rmSync(this.home, { recursive: true, force: true });
    }
}
