// The same house as it would stand on several machines: bus over tcp:// with CURVE, PostgreSQL over TCP with scram, services
// on ports. Reports go the whole way by hints; a service whose key the bus does not know gets none, in or out, and what it
// would have been told the sweep finds; without keys nobody speaks tcp://; and all of it comes back by itself.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { Instance } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { overTcp } from '../lib/tcp.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012003';

describe('between machines', () => {
    let house, load;
    const metric = (name, what) => {
        const [kind, n] = name.split('-');
        const text = execFileSync('curl', ['-s', `http://127.0.0.1:${house.port + 1}/metrics/${kind}/${n}`], { encoding: 'utf8' });
        return Number(new RegExp(`^${what} (\\d+)`, 'm').exec(text)?.[1] ?? NaN);
    };
    before(async () => {
        house = await Instance.up({ name: 'tcp', env: { WANGGE_TRIAGE: '2' } });
        for (const name of house.names())
            house.asked[name] = (house.asked[name] ?? 0) + 1; // overTcp restarts each once
        overTcp(house.home, { names: house.names(), strangers: ['triage-2'] });
        await house.ready();
        load = new Load(house, { make: () => ({ area: GRID, category: 'litter' }) });
    });
    after(async () => {
        load?.close();
        try {
            await house?.verify();
        } finally {
            await house?.down();
        }
    });

    it('reports go the whole way, and those hear hints whose keys the bus knows', async () => {
        const told = (name) => metric(name, 'wangge_hints_received_total') > 0;
        // What is said before the connections stand is found by the sweeps.
        await waitFor('triage-1 and notification-1 to be told', async () => {
            await load.run(60, { atOnce: 8 });
            await house.drain();
            return told('triage-1') && told('notification-1');
        });
        assert.equal(metric('triage-2', 'wangge_hints_received_total'), 0, 'a stranger is told nothing');
    });
    it('a stranger may say what it likes', async () => {
        await house.service('down', 'triage-1');
        const before = metric('notification-1', 'wangge_hints_received_total');
        await load.run(20, { atOnce: 4 });
        await house.drain(); // triage-2 swept them up, and notification its notices
        assert.equal(metric('notification-1', 'wangge_hints_received_total'), before);
        assert.ok(metric('triage-2', 'wangge_hints_dropped_total') > 0);
        await house.service('up', 'triage-1');
        await house.ready();
    });
    it('tcp:// without keys, or an address that is none, is refused with the setting named', () => {
        const start = (env) => {
            const { status, stderr } = spawnSync(join(house.home, 'bin/wangge-intake'), [], { encoding: 'utf8', timeout: 20000,
                env: { PATH: process.env.PATH, WANGGE_HOME: house.home, WANGGE_RUN: mkdtempSync(join(house.home, 'run-')), ...env } });
            assert.equal(status, 1, stderr);
            return stderr;
        };
        assert.match(start({ WANGGE_BUS_ADDRESS: 'tcp://127.0.0.1:5570' }), /WANGGE_CURVE=/);
        assert.match(start({ WANGGE_BUS_ADDRESS: '127.0.0.1:5570', WANGGE_CURVE: house.home }), /WANGGE_BUS_ADDRESS=127/);
        assert.match(start({ WANGGE_BUS_ADDRESS: 'tcp://127.0.0.1:5570', WANGGE_CURVE: '/nowhere' }), /\/nowhere\//);
        for (const address of ['127.0.0.1:0', 'localhost:8080', '127.0.0.1', '127.0.0.1:80x'])
            assert.match(start({ WANGGE_LISTEN: address }), /WANGGE_LISTEN=/, address);
    });
    it('bus and PostgreSQL killed under load: none lost, none doubled', async () => {
        load.start(40);
        for (const name of ['bus-1', 'postgres-1', 'bus-1', 'postgres-1']) {
            const had = load.next;
            house.kill(name);
            await waitFor('more to be sent', () => load.next > had + 60);
        }
        await load.stop();
        await house.ready();
        await house.drain();
        const sums = load.history.check(await reportsOf(house, load.prefix));
        assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
        const told = metric('triage-1', 'wangge_hints_received_total');
        await waitFor('hints again', async () => {
            await load.run(5);
            return metric('triage-1', 'wangge_hints_received_total') > told;
        });
    });
});
