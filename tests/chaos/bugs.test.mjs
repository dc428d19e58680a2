// The checker can fail: the same storm and the same judge with the same arguments four times. The good build is green;
// 201 before the commit, no unique link and no sweep are each red, with the id named.
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { storm } from './storm.mjs';

const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));
const ARGUMENTS = { seconds: 24, kills: 1, rate: 50, seed, drainSeconds: 60 };
const RED = {
    reply_early: /^lost: report \d+ .*answered, but not in the database/,
    skip_unique: /^duplicated: .*reports \d+, cases of each \d/,
    forget_sweep: /^lost: report \d+ .*no case, and not set aside/,
};
const say = (line) => console.log(`# ${line}`);

describe(`the checker works (seed ${seed})`, () => {
    it('the good build: green', async () => {
        const { findings, little } = await storm({ ...ARGUMENTS, say });
        assert.deepEqual([findings, little], [[], []]);
    });
    for (const [bug, named] of Object.entries(RED))
        it(`${bug}: red, with the id named`, async () => {
            const { findings } = await storm({ ...ARGUMENTS, bug, say });
            assert.ok(findings.some((text) => named.test(text)), `nothing like ${named} in:\n${findings.join('\n')}`);
        });
});
