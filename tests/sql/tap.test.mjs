// Runs the pgTAP files of this folder, each in a transaction that is rolled back, and hands on their lines.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../lib/cluster.mjs';
import { TOP } from '../lib/instance.mjs';

describe('pgTAP', () => {
    let cluster;
    before(async () => {
        cluster = await Cluster.open();
    });
    after(() => cluster.close());
    const folder = join(TOP, 'tests/sql');
    for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')).sort())
        it(file, async () => {
            const { code, out, err } = await cluster.psql(`BEGIN; ${readFileSync(join(folder, file), 'utf8')}; ROLLBACK;`);
            assert.equal(code, 0, err);
            assert.deepEqual(out.split('\n').filter((line) => /^not ok|^# Looks like/.test(line)), [], out);
            assert.match(out, /^ok /m);
        });
});
