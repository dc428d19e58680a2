// Promise: every statement of every service prepares, under the role of its service and with just its grants, and plans
// under plan_cache_mode = force_generic_plan (a service sends parameters, never literals).
// Fault: a typo, a missing GRANT, a column that a migration has changed: found here and not at start.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { Cluster } from '../lib/cluster.mjs';
import { TOP } from '../lib/instance.mjs';

const SERVICES = ['registry', 'intake', 'triage', 'notification', 'reporting'];
// Big hot tables: no statement that runs for each report or request may read one of them from end to end.
const HOT = /Seq Scan on (reports|cases|case_reports|events|deliveries|areas|staff)\b/;

const statements = SERVICES.flatMap((service) => ['common', `services/${service}`].flatMap((folder) =>
    readdirSync(join(TOP, folder, 'sql')).filter((file) => file.endsWith('.sql')).sort()
        .map((file) => ({ service, name: `${folder}/sql/${file}`, text: readFileSync(join(TOP, folder, 'sql', file), 'utf8').trim().replace(/;$/, '') }))));

describe('SQL statements', () => {
    let cluster;
    before(async () => {
        cluster = await Cluster.open();
    });
    after(() => cluster.close());

    for (const service of SERVICES)
        it(`${service} has statements`, () => {
            assert.ok(statements.some((one) => one.service === service && one.name.startsWith('services/')), 'none in its sql/');
        });

    for (const { service, name, text } of statements)
        it(`${name} as wangge-${service}`, async () => {
            const numbers = [...text.replace(/--[^\n]*/g, '').matchAll(/\$(\d+)/g)].map(([, n]) => Number(n));
            const nulls = Array(Math.max(0, ...numbers)).fill('NULL').join(', ');
            const { code, out, err } = await cluster.psql(`SET ROLE "wangge-${service}"; SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off;
                PREPARE s AS ${text};
                EXPLAIN EXECUTE s${nulls === '' ? '' : `(${nulls})`};`);
            assert.equal(code, 0, err);
            // With enable_seqscan off a scan that remains is one that no index could serve.
            const scans = out.split('\n').filter((line) => HOT.test(line) && /cost=10000000000/.test(line));
            const allowed = /^-- scans: (.*)$/m.exec(text)?.[1];
            if (allowed === undefined)
                assert.deepEqual(scans, [], 'reads a hot table from end to end; a reason would stand in its head as "-- scans: …"');
        });
});
