// Wangge as an operations team starts it: images built here, docker-compose.yml brought up with the sample city, the first
// story of the spine over the published port, several of each, every container killed under load, one service after
// another upgraded under load. Then the sums of the history, schema/checks and the log judged again. A machine without
// Docker fails here: nothing is skipped.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { randomInt } from 'node:crypto';
import { replay } from '../chaos/replay.mjs';
import { seeded } from '../chaos/storm.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Containers, Daemon } from '../lib/containers.mjs';
import { Load } from '../lib/load.mjs';
import { Post } from '../lib/smtp.mjs';
import { COMMUNITY, Story } from '../lib/story.mjs';
import { pause, waitFor } from '../lib/wait.mjs';

const SERVICES = ['registry', 'intake', 'triage', 'notification', 'reporting', 'bus'];
const SCALE = { triage: 3, intake: 2, notification: 2 };
const COMPILERS = /^(gcc|g\+\+|clang|cpp|make|meson|ninja-build|binutils)(-\d+)?$/;
const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));

describe(`containers (seed ${seed})`, () => {
    let daemon, house, post, grids, load;
    const said = (line) => console.log(`# ${line}`);
    const dice = seeded(seed), random = (below) => Math.floor(dice() * below);
    const instances = async () => {
        const client = house.client('admin');
        const answer = await client.get('/readyz');
        client.close();
        return answer.status === 200 ? answer.json.services : [];
    };
    const answered = (extra) => {
        const had = [...load.history.reports.values()].filter((one) => one.state === 'answered').length;
        return waitFor(`${extra} more to be answered`, () =>
            [...load.history.reports.values()].filter((one) => one.state === 'answered').length >= had + extra, { seconds: 120 });
    };

    before(async () => {
        daemon = await Daemon.open();
        house = await Containers.build(daemon, '1');
        await house.compose('up', '--no-start');
        post = await Post.open({ address: await house.gateway() });
        house.env.WANGGE_SMTP_URL = post.url;
        const began = Date.now();
        await house.start();
        await waitFor('the door', async () => {
            const client = house.client();
            return (await client.get('/readyz').finally(() => client.close())).status === 200;
        }, { seconds: 120, everyMs: 100 });
        said(`from docker-compose up to ready, with a new database: ${((Date.now() - began) / 1000).toFixed(1)} s`);
        await house.settled();
        said(`and with the sample city: ${((Date.now() - began) / 1000).toFixed(1)} s`);
        const areas = await house.client('admin').get(`/api/v1/areas?under=${COMMUNITY}&level=grid&limit=100`);
        grids = areas.json.features.map((feature) => feature.properties).filter((grid) => grid.kind === 'ordinary');
        load = new Load(house, { make: (i) => ({ area: grids[i % grids.length].code, category: 'litter' }) });
    });
    after(async () => {
        load?.close();
        await house?.down();
        await post?.close();
        await daemon?.close();
    });

    it('the images: no compiler in any; what is in them is told', async () => {
        for (const image of ['services', 'door', 'database']) {
            const name = `wangge-${image}:1`;
            const packages = (await house.docker('run', '--rm', '--network', 'none', '--entrypoint', 'dpkg-query', name, '-W', '-f', '${Package} ${Version}\\n')).split('\n');
            const size = Number(await house.docker('image', 'inspect', '-f', '{{.Size}}', name));
            said(`${name}: ${Math.round(size / 1e6)} MB, ${packages.length} packages`);
            packages.forEach((line) => said(`  ${image}: ${line}`));
            assert.deepEqual(packages.map((line) => line.split(' ')[0]).filter((one) => COMPILERS.test(one)), []);
        }
    });

    it('nothing runs as root, nothing may become it, and only volumes and /tmp can be written', async () => {
        const all = await house.containers();
        assert.deepEqual([...new Set(all.map((one) => one.kind))].sort(), ['door', 'postgres', ...SERVICES].sort());
        for (const { id, name } of all) {
            const pids = (await house.docker('top', id, '-o', 'pid')).split('\n').slice(1).map((line) => line.trim());
            assert.ok(pids.length > 0);
            for (const pid of pids) {
                const status = readFileSync(`/proc/${pid}/status`, 'utf8');
                assert.match(status, /^Uid:\t10001\t10001\t10001\t10001$/m, name);
                assert.match(status, /^CapBnd:\t0+$/m, name);
            }
            await assert.rejects(house.docker('exec', id, 'touch', '/usr/bin/x'), /Read-only file system/, name);
        }
    });

    it('each part holds its own keys and nothing else', async () => {
        const listed = async (kind) => (await house.compose('exec', '-T', kind, 'find', '/wangge/secrets', '-type', 'f')).split('\n')
            .map((path) => path.trim().replace('/wangge/secrets/', '')).sort();
        const own = ['curve/bus.public', 'curve/public', 'curve/secret', 'pgpass', 'ready'];
        assert.deepEqual(await listed('intake'), ['code.key', 'seal.public', ...own].sort());
        assert.deepEqual(await listed('triage'), ['code.key', ...own].sort());
        assert.deepEqual(await listed('notification'), ['seal.secret', ...own].sort());
        assert.deepEqual(await listed('bus'), [...SERVICES.map((kind) => `curve/clients/${kind}`), ...own].sort());
    });

    it('one report, the whole way, over the published port', () => new Story(house, post).wholeWay(grids[2]));

    it('twice is harmless', async () => {
        const before = (await house.containers()).filter((one) => one.kind !== 'setup').map((one) => one.id).sort();
        await house.start();
        await house.settled();
        assert.deepEqual((await house.containers()).map((one) => one.id).sort(), before);
    });

    it('several of each: the new ones have work at once, and the door finds them', async () => {
        Object.assign(house.scale, SCALE);
        await house.start('--no-recreate');
        await waitFor('all to be ready', async () => {
            const list = await instances();
            return Object.entries(SCALE).every(([kind, n]) => list.filter((one) => one.kind === kind && one.ready).length === n);
        }, { seconds: 60, everyMs: 200 });
        const idle = async () => {
            await load.run(60, { atOnce: 16 });
            await house.drain();
            const list = (await house.containers()).filter((one) => SCALE[one.kind] !== undefined);
            return list.filter((one) => !/ (id|case)=\d/.test(house.log(one.name))).map((one) => one.name);
        };
        await waitFor('work for each of them', async () => {
            const without = await idle();
            if (without.length === 0)
                return true;
            throw new Error(`without work: ${without}`);
        }, { seconds: 90 });
    });

    it('each container killed at random under load', async () => {
        load.start(30);
        const victims = ['postgres', 'door', ...SERVICES, ...SERVICES];
        for (let i = victims.length - 1; i > 0; i--) {
            const j = random(i + 1);
            [victims[i], victims[j]] = [victims[j], victims[i]];
        }
        for (const kind of victims) {
            const name = await waitFor(`a ${kind} to kill`, () => house.kill(kind, random(3)), { everyMs: 500 });
            said(`killed ${name}`);
            await pause(500 + random(2500));
            await answered(30);
        }
    });

    it('one service after another upgraded under load', async () => {
        house.env.WANGGE_VERSION = '2';
        await house.compose('build');
        for (const kind of ['postgres', 'setup', ...SERVICES, 'door']) {
            await house.start('--no-deps', kind);
            said(`upgraded ${kind}`);
            await answered(30);
        }
        await house.settled();
        await waitFor('all to be of the new version', async () => {
            const list = await instances();
            return list.length >= 10 && list.every((one) => one.version === '2' && one.ready);
        }, { seconds: 60, everyMs: 500 });
        assert.deepEqual([...new Set((await house.containers()).map((one) => one.image.split(':')[1]))], ['2']);
    });

    it('the sums hold, ops/check is empty, the log replays', async () => {
        await load.stop();
        await house.ready();
        await house.drain();
        const sums = load.history.check(await reportsOf(house, load.prefix));
        said(`${sums.sent} sent, ${sums.answered} answered, ${sums.unknowns} answers unknown, ${sums.refused} refused, ${sums.recovered} recovered`);
        assert.deepEqual([sums.lost, sums.unexpected, sums.duplicated], [[], [], []]);
        assert.ok(sums.answered > 500, 'enough to count');
        const said30 = await house.compose('run', '--rm', '-T', 'setup', 'ops/check', '--age', '0');
        said(said30.trim());
        assert.match(said30, /checks, none broken$/);
        assert.deepEqual((await replay(house, { mail: true })).faults.slice(0, 20), []);
    });

    it('stopped and started, it is all there', async () => {
        const count = await house.count('reports');
        await house.compose('stop');
        await house.start('--no-recreate');
        await house.ready();
        assert.equal(await house.count('reports'), count);
    });
});
