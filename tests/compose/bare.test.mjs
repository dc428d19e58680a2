// The promise of the bare Debian 12: .ci/run, from a fresh clone of what is committed, in the image of ops/docker-base, which has
// neither compiler nor node, as root, with apt and npm and nothing else. The image's own nodejs 18 runs the tests.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Daemon } from '../lib/containers.mjs';
import { TOP, run } from '../lib/instance.mjs';

const BUNDLE = '/etc/ssl/certs/ca-certificates.crt'; // npm's registry is trusted as this machine trusts it
const MINUTES = 60;

describe('a bare Debian 12', () => {
    let daemon, copy;
    before(async () => {
        daemon = await Daemon.open();
        const base = await run(join(TOP, 'ops/docker-base'), [], { env: { DOCKER_HOST: daemon.host } });
        assert.equal(base.code, 0, `${base.out}${base.err}`);
        copy = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'bare-'));
        const { code, err } = await run('git', ['clone', '-q', TOP, copy]);
        assert.equal(code, 0, err);
    });
    after(async () => {
        await daemon?.close();
        if (copy !== undefined)
            rmSync(copy, { recursive: true, force: true });
    });

    it('.ci/run passes', { timeout: MINUTES * 60000 }, async () => {
        const trust = existsSync(BUNDLE) ? ['-v', `${BUNDLE}:${BUNDLE}:ro`, '-e', `NODE_EXTRA_CA_CERTS=${BUNDLE}`] : [];
        const child = spawn('/usr/bin/docker', ['-H', daemon.host, 'run', '--rm', '--network', 'host', '-v', `${copy}:/wangge`, ...trust,
            'debian:bookworm-slim', '/wangge/.ci/run'], { stdio: ['ignore', 'pipe', 'pipe'] });
        const lines = [];
        for (const stream of [child.stdout, child.stderr])
            stream.setEncoding('utf8').on('data', (text) => lines.push(...text.split('\n').filter((line) => line !== '')));
        const code = await new Promise((resolve) => child.once('exit', resolve));
        for (const line of lines.filter((line) => /^ *\d+ s |passed/.test(line)))
            console.log(`# ${line}`);
        assert.equal(code, 0, lines.slice(-60).join('\n'));
        assert.match(lines.at(-1), /^\d+ passed, 0 failed$/);
    });
});
