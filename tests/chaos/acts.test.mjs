// An action is wholly done or not at all. Processes die in the middle of actions (kill -9 at a random moment, while time
// moves and clocks strike): each action that was answered is one event, the same key gives the same answer again, and no
// clock strikes twice or never. Two dispatchers reach for one case at the same moment: one wins, the other is told.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { Instance } from '../lib/instance.mjs';
import { pause, waitFor } from '../lib/wait.mjs';
import { replay } from './replay.mjs';
import { someReports } from './places.mjs';
import { seeded } from './storm.mjs';

const LONG = process.env.WANGGE_TEST_TIER === 'long';
const KILLS = LONG ? 100 : 6, RACES = LONG ? 10000 : 400, CASES = 40, PASSES = 3 * 86400 / KILLS;
const COMMUNITY = '410103007012';
const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));
const VICTIMS = ['triage-1', 'triage-1', 'triage-1', 'postgres-1', 'reporting-1', 'notification-1', 'bus-1'];

/** A staff member who sends an action until it is answered, whatever dies meanwhile. */
class Actor {
    constructor(house, code, tag) {
        Object.assign(this, { code, tag, client: house.client(code, { checked: false }), turn: 0, answers: [] });
    }

    async act(id, body) {
        const key = `${this.tag}-${this.code}-${++this.turn}`;
        const seen = await this.until(() => this.client.get(`/api/v1/cases/${id}`, { timeoutMs: 8000 }));
        const send = () => this.client.post(`/api/v1/cases/${id}/actions`, body,
            { headers: { 'If-Match': seen.headers.etag, 'Idempotency-Key': key }, timeoutMs: 8000 });
        const answer = await this.until(send);
        this.answers.push({ id, key, body, match: seen.headers.etag, answer });
        return answer;
    }

    /** The first answer that says something: 5xx and broken connections say nothing. */
    async until(send) {
        for (const end = Date.now() + 90000; Date.now() < end; await pause(100)) {
            const answer = await send().catch(() => undefined);
            if (answer !== undefined && answer.status < 500 && answer.status !== 401)
                return answer;
        }
        throw new Error('no answer within 90 s');
    }
}

describe(`actions under fire (seed ${seed})`, () => {
    const random = seeded(seed);
    let house, admin, ids, actors;
    before(async () => {
        house = await Instance.up({ name: 'acts' });
        admin = house.client('admin');
        const make = await someReports(admin);
        const answers = await Promise.all(Array.from({ length: CASES }, (_, i) => admin.post('/api/v1/reports', { text: `第 ${i} 件`, ...make(i) })));
        ids = answers.map((answer) => answer.json.id);
        await waitFor('the cases', async () => await house.count(`cases WHERE state = 'dispatched'`) === CASES);
        const codes = await house.sql(`SELECT DISTINCT s.code FROM cases c JOIN staff s ON s.id = c.holder`);
        actors = new Map([...codes.map(([code]) => code), `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`].map((code) => [code, new Actor(house, code, `fire-${process.pid}`)]));
    });
    after(() => house?.down());

    /** Work that never ends: progress is noted, cases are accepted, handed about and resolved. */
    const work = async (over) => {
        while (!over()) {
            const id = ids[Math.floor(random() * ids.length)];
            const [[state, holder]] = await house.sql(`SELECT c.state, coalesce(s.code, '') FROM cases c LEFT JOIN staff s ON s.id = c.holder WHERE c.id = ${id}`).catch(() => [['', '']]);
            const own = actors.get(holder), dispatcher = actors.get(`${COMMUNITY}-dispatcher`);
            if (state === 'dispatched' && own !== undefined)
                await own.act(id, { action: 'accept' });
            else if (state === 'working' && own !== undefined)
                await own.act(id, random() < 0.7 ? { action: 'progress', text: '正在处理' } : { action: 'resolve', text: '已处理' });
            else if (state === 'resolved')
                await actors.get(`${COMMUNITY}-secretary`).act(id, { action: 'verify_fail', reason: 'not-done', text: '未到位' });
            else if (state === 'filed')
                await dispatcher.act(id, { action: 'dispatch', holder: [...actors.keys()].find((code) => code.endsWith('-leader')) });
            else
                await pause(20);
        }
    };

    it(`${KILLS} kills at random moments: done or not done, and no clock twice or never`, async () => {
        let over = false;
        const workers = Array.from({ length: 6 }, () => work(() => over));
        for (let i = 0; i < KILLS; i++) {
            await pause(200 + random() * 1500);
            house.moveClock((house.offset ?? 0) + PASSES);
            house.kill(VICTIMS[Math.floor(random() * VICTIMS.length)]);
        }
        over = true;
        await Promise.all(workers);
        await house.ready();
        await house.drain(90);
        const done = [...actors.values()].flatMap((actor) => actor.answers);
        const acknowledged = done.filter(({ answer }) => answer.status === 200);
        assert.ok(acknowledged.length >= KILLS, `${acknowledged.length} actions were made`);
        // Asked again with the same key: the same event, or the same refusal to have happened.
        for (const { id, key, body, match, answer } of acknowledged.slice(-200)) {
            const again = await actors.get([...actors.values()].find((actor) => key.includes(`-${actor.code}-`)).code).client
                .post(`/api/v1/cases/${id}/actions`, body, { headers: { 'If-Match': match, 'Idempotency-Key': key } });
            assert.equal(again.status, 200, again.text);
            assert.deepEqual(again.json.event, answer.json.event);
        }
        // Each acknowledged action is one event of its case, and every event of a person was acknowledged to them.
        const events = new Set((await house.sql('SELECT case_id, n FROM events WHERE actor IS NOT NULL')).map((row) => row.join('/')));
        const told = new Set(acknowledged.map(({ id, answer }) => `${id}/${answer.json.event.n}`));
        assert.deepEqual([...told].filter((one) => !events.has(one)), [], 'acknowledged, and not there');
        assert.deepEqual([...events].filter((one) => !told.has(one)), [], 'there, and acknowledged to nobody');
        const twice = await house.sql(`SELECT case_id, data ->> 'clock', data ->> 'mark', count(*) FROM events
            WHERE data ->> 'clock' IS NOT NULL GROUP BY case_id, data ->> 'clock', data ->> 'mark',
                (SELECT max(e.n) FROM events e WHERE e.case_id = events.case_id AND e.n < events.n AND e.data -> 'effects' -> 'clocks' IS NOT NULL
                    AND e.data ->> 'clock' IS NULL)
            HAVING count(*) > 1`);
        assert.deepEqual(twice, [], 'a clock struck twice');
        await waitFor('every clock to have struck', async () => await house.count(`cases WHERE wake_at < '${house.now().toISOString()}'`) === 0, { seconds: 60 });
        const strikes = await house.count(`events WHERE data ->> 'clock' IS NOT NULL`);
        assert.ok(strikes > 0, 'in three days clocks strike');
        console.log(`# ${KILLS} kills, ${acknowledged.length} actions acknowledged, ${done.length - acknowledged.length} refused, ${strikes} strikes`);
    });

    it(`two dispatchers, one case, the same moment, ${RACES} times: one wins, the other is told`, async () => {
        const hands = [`${COMMUNITY}-dispatcher`, '410103-dispatcher'].map((code) => house.client(code, { checked: false }));
        const leaders = [...actors.keys()].filter((code) => code.endsWith('-leader')).slice(0, 2);
        let won = 0, told = 0;
        const race = async (id, times) => {
            for (let i = 0; i < times; i++) {
                const { headers } = await hands[0].get(`/api/v1/cases/${id}`);
                const answers = await Promise.all(hands.map((hand, h) => hand.post(`/api/v1/cases/${id}/actions`,
                    { action: 'reassign', holder: leaders[(i + h) % 2], text: '改派' }, { headers: { 'If-Match': headers.etag } })));
                const winners = answers.filter((answer) => answer.status === 200).length;
                assert.equal(winners, 1, answers.map((answer) => answer.text).join('\n'));
                const loser = answers.find((answer) => answer.status !== 200);
                assert.equal(loser.status, 412, loser.text);
                assert.ok(loser.json.since.length >= 1, 'is shown what happened');
                won += winners;
                told++;
            }
        };
        const open = (await house.sql(`SELECT id FROM cases WHERE state IN ('dispatched', 'working') ORDER BY id LIMIT 10`)).map(([id]) => id);
        assert.ok(open.length > 0);
        await Promise.all(open.map((id) => race(id, Math.ceil(RACES / open.length))));
        assert.ok(won >= RACES);
        console.log(`# ${won} races: ${won} won, ${told} told`);
    });

    it('afterwards the log replays and every check is empty', async () => {
        await house.drain(90);
        assert.deepEqual((await replay(house, { mail: false })).faults, []);
        const { broken, apart } = await house.checks();
        assert.deepEqual([broken, apart], [[], []]);
        assert.deepEqual(house.logs.faults([]), []);
    });
});
