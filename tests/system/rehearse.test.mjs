// `wangge-triage rehearse` on what an instance has really done, which here is a story of the street: rules that do not
// differ give no difference, and every step can be judged; a shorter limit, a way that is shut and a calendar with less
// time show where they would have mattered. `check --db` reads the same instance's roster.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../lib/instance.mjs';
import { Stage } from '../lib/stage.mjs';
import small from './stories/small.mjs';

const TRIAGE = join(process.env.WANGGE_TEST_BUILD ?? '/tmp/wangge-test-build', 'services/triage/wangge-triage');
const REQUEST = join(TOP, 'schema/workflows/request.json');

describe('rehearse', () => {
    let stage, folder;
    before(async () => {
        stage = await Stage.up({ name: 'rehearse' });
        folder = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'wg-rehearse-'));
    });
    after(async () => {
        try {
            await stage.house.verify();
        } finally {
            await stage.house.down();
        }
    });
    for (const [name, story] of Object.entries({ small }))
        describe(name, () => story(() => stage));

    /** The request workflow with a change. */
    const changed = (change) => {
        const file = JSON.parse(readFileSync(REQUEST, 'utf8')), path = join(folder, 'changed.json');
        change(file);
        writeFileSync(path, JSON.stringify(file));
        return path;
    };
    const command = (word, ...more) => {
        const { status, stdout, stderr } = spawnSync(TRIAGE, [word, ...more, '--db', `host=${stage.house.run} dbname=wangge user=wangge-owner`], { encoding: 'utf8', env: {} });
        const [, cases, steps, unknown, differ] = /\((\d+) cases, (\d+) steps, (\d+) not judged, (\d+) cases differ\)/.exec(stdout)?.map(Number) ?? [];
        return { status, stdout, stderr, cases, steps, unknown, differ };
    };
    const rehearse = (...more) => command('rehearse', ...more, '--days', '3650');

    describe('afterwards', () => {
        it('rules that do not differ give no difference, and every step is judged', () => {
            const found = rehearse(REQUEST);
            assert.deepEqual([found.status, found.stderr, found.differ, found.unknown], [0, '', 0, 0], found.stdout);
            assert.ok(found.cases >= 2 && found.steps >= 10, found.stdout);
        });
        it('a shorter limit: deadlines move, and limits would have run out', () => {
            const found = rehearse(changed((file) => {
                file.clocks.resolve.limit = { n: 0, unit: 'minute' };
                file.clocks.verify.limit = { n: 0, unit: 'minute' }; // no category gives one of its own
            }));
            assert.equal(found.status, 1, found.stderr);
            const [, then, now] = /limit verify: (\d+) ran out, (\d+) would have/.exec(found.stdout).map(Number);
            assert.ok(now > then && found.differ > 0, found.stdout);
        });
        it('a way that is shut: who acted would have been refused', () => {
            const found = rehearse(changed((file) => {
                file.actions.accept.rows = [{ guards: ['children>=20'] }];
            }));
            assert.equal(found.status, 1, found.stderr);
            assert.match(found.stdout, / accept: .* !$/m);
        });
        it('another calendar: deadlines move', () => {
            const path = join(folder, 'calendar.json');
            writeFileSync(path, JSON.stringify({ timezone: 'Asia/Shanghai', hours: [['09:00', '10:00']], workdays: [3] }));
            const found = rehearse(REQUEST, '--calendar', path);
            assert.equal(found.status, 1, found.stderr);
            assert.ok(found.differ > 0, found.stdout);
        });
        it('what cannot be read or meant: 2', () => {
            assert.equal(rehearse(join(folder, 'none.json')).status, 2);
            assert.equal(rehearse(changed((file) => delete file.states)).status, 2);
            assert.equal(rehearse(changed((file) => { file.workflow = 'nothing'; })).status, 2);
            assert.equal(command('rehearse', REQUEST, '--days', '0').status, 2);
            assert.equal(command('rehearse').status, 2);
        });
        it('check reads the roster of the instance: a post that nobody has is named, and where nobody else could grant what somebody asks for', () => {
            const found = command('check', changed((file) => {
                file.actions.urge.by.push('bishop');
            }), '--notices', join(TOP, 'schema/notices'));
            assert.equal(found.status, 1, found.stderr);
            assert.match(found.stdout, /nobody on the roster is bishop/);
            assert.doesNotMatch(found.stdout, /nobody on the roster is dispatcher/);
            assert.match(found.stdout, /\/approvals\/void: .* only one person is secretary, and nobody else can grant what they ask for/);
        });
    });
});
