// The replay of real messages: none lost, none doubled, each where PostGIS says it belongs and with the reason it says.
// What is expected is computed from the file and the areas alone (ops/sample/expect), what was sent is believed from the
// history file (ops/sample/compare). Then the same run again: everything is known, nothing is added. And the sample city
// loaded a second time: not a row of it is touched.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP, run } from '../lib/instance.mjs';

const SLICE = join(TOP, 'tests/data/tainan-slice.csv');
const RUN = `t${process.pid}`;

describe('replay and sample city', () => {
    let house, history, figures;
    before(async () => {
        house = await Instance.shared({ name: 'replay' });
        history = join(house.home, `replay-${RUN}.ndjson`);
        figures = join(house.home, `replay-${RUN}.json`);
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const tool = async (command, ...args) => {
        const { code, out, err } = await run(join(TOP, command), args, { env: { WANGGE_HOME: house.home } });
        assert.equal(code, 0, `${command}:\n${out}\n${err}`);
        return out;
    };
    const replay = async () => {
        await tool('ops/replay', SLICE, '--run', RUN, '--history', history, '--summary', figures);
        return JSON.parse(readFileSync(figures, 'utf8'));
    };

    it('each report has its case, where and with whom it is expected', async () => {
        const summary = await replay();
        const expected = JSON.parse(await tool('ops/sample/expect', SLICE, '--run', RUN));
        assert.equal(summary.sent, 432);
        assert.equal(expected.records, 432);
        for (const name of ['place', 'outside', 'category'])
            assert.ok(expected.reasons[name] > 0, `the slice has something that waits for ${name}`);
        assert.equal(summary.lost + summary.doubled + summary.unknown, 0);
        assert.equal(summary.dispatched, expected.dispatched);
        assert.equal(summary.waiting, expected.waiting);
        assert.deepEqual(summary.reasons, expected.reasons);
        const compared = JSON.parse(await tool('ops/sample/compare', history));
        assert.equal(compared.answered, 432);
        assert.equal(compared.reports, 432);
    });

    it('the same run again adds nothing', async () => {
        const before = await house.count('reports');
        assert.equal((await replay()).accepted, 432);
        assert.equal(await house.count('reports'), before);
        assert.equal(JSON.parse(await tool('ops/sample/compare', history)).reports, 432);
    });

    it('a history that says more than the database holds is caught', async () => {
        const forged = `${history}.forged`;
        const key = `tainan-slice.csv:9999:${RUN}`;
        writeFileSync(forged, readFileSync(history, 'utf8') + `${JSON.stringify({ op: 'sent', key })}\n${JSON.stringify({ op: 'answered', key, id: '1' })}\n`);
        const { code, out } = await run(join(TOP, 'ops/sample/compare'), [forged], { env: { WANGGE_HOME: house.home } });
        assert.notEqual(code, 0);
        assert.match(out, new RegExp(`lost: ${key}`));
    });

    it('the sample city twice: nothing changes', async () => {
        const state = async () => [
            await house.sql('SELECT kind, version FROM registry_version ORDER BY kind'),
            await house.count('areas'), await house.count('staff'), await house.count('api_keys'),
            house.key('410103007012003-leader'),
        ];
        await tool('ops/sample/load'); // staff that other tests brought in get their keys
        const before = await state();
        await tool('ops/sample/load');
        assert.deepEqual(await state(), before);
    });
});
