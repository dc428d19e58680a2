// Short chaos: a minute in which every service, the bus and PostgreSQL are killed twice with work in flight, at least
// 1,000 reports are acknowledged and at least one answer is lost; then the sums of judge.mjs. And the replayer bites:
// each small untruth that is then written into the database is named with its case.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { replay } from './replay.mjs';
import { Storm } from './storm.mjs';

const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));
const UNTRUTHS = {
    'a deadline moved by a second': ["UPDATE cases SET due_at = due_at + interval '1 second' WHERE id = :id", /due_at is/],
    'another holder': ['UPDATE cases SET holder = holder + 1 WHERE id = :id', /holder is/],
    'a clock that ends later, in log and row': [`UPDATE events SET data = jsonb_set(data::jsonb, '{effects,clocks,accept,due}', to_jsonb((data #>> '{effects,clocks,accept,due}')::bigint + 60000000)) WHERE case_id = :id AND n = 1`, /clocks/],
    'an event of another action': [`UPDATE events SET data = jsonb_set(data::jsonb, '{action}', '"close"') WHERE case_id = :id AND n = 2`, /close from|no action close/],
    'a step by somebody who may not': ['UPDATE events SET actor = (SELECT id FROM staff ORDER BY id DESC LIMIT 1) WHERE case_id = :id AND n = 2', /who may not/],
    'a delivery gone': ['DELETE FROM deliveries WHERE id = (SELECT min(id) FROM deliveries WHERE case_id = :id)', /is missing/],
    'a delivery twice': [`INSERT INTO deliveries (case_id, n, rule, staff, report, channel, state, created_at, sent_at) SELECT case_id, n, rule, staff, report, channel, state, created_at, sent_at FROM deliveries WHERE case_id = :id LIMIT 1`, /twice/],
};

describe(`short chaos (seed ${seed})`, () => {
    let storm, result;
    before(() => {
        storm = new Storm({ seconds: 60, kills: 2, rate: 40, least: 1000, seed, say: (line) => console.log(`# ${line}`) });
    });
    after(async () => {
        const good = result !== undefined && result.findings.length + result.little.length === 0;
        await storm.down(!good);
    });

    it('nothing lost, doubled, made up or set aside', async () => {
        result = await storm.run();
        assert.deepEqual(result.findings, []);
    });
    it('with enough in it to count', () => assert.deepEqual(result.little, []));
    it('the replayer names each untruth', async () => {
        const ids = await storm.house.sql(`SELECT c.id FROM cases c WHERE version > 1 AND due_at IS NOT NULL AND holder IS NOT NULL
            AND EXISTS (SELECT FROM events e WHERE e.case_id = c.id AND n = 1 AND data #> '{effects,clocks,accept}' IS NOT NULL)
            AND EXISTS (SELECT FROM deliveries d WHERE d.case_id = c.id AND n = 1) ORDER BY c.id LIMIT 20`);
        assert.ok(ids.length >= Object.keys(UNTRUTHS).length, `${ids.length} cases to spoil`);
        const wanted = [];
        for (const [i, [what, [statement, named]]] of Object.entries(UNTRUTHS).entries()) {
            await storm.house.sql(statement, { id: ids[i][0] });
            wanted.push([what, ids[i][0], named]);
        }
        const { faults } = await replay(storm.house);
        for (const [what, id, named] of wanted)
            assert.ok(faults.some((text) => new RegExp(`\\b${id}\\b`).test(text) && named.test(text)), `${what} (${id}) is not named:\n${faults.join('\n')}`);
        const innocent = faults.filter((text) => !wanted.some(([, id]) => new RegExp(`\\b${id}\\b`).test(text)));
        assert.deepEqual(innocent, []);
    });
});
