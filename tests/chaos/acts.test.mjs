// An action is wholly done or not at all. Triages and PostgreSQL die in the middle of actions (kill -9 while some are
// under way, while time moves and clocks strike; now and then another service as well): each action that was answered is
// one event, the same key gives the same answer again, and no clock strikes twice or never. Cases that move together
// (merged, split, asked for and approved, tasks of several parties, taken back) do so wholly, too. Two dispatchers reach
// for one case at the same moment in two processes: one wins, the other is told.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { definition } from '../lib/acting.mjs';
import { Instance } from '../lib/instance.mjs';
import { pause, waitFor } from '../lib/wait.mjs';
import { replay } from './replay.mjs';
import { someReports } from './places.mjs';
import { seeded } from './storm.mjs';

const LONG = process.env.WANGGE_TEST_TIER === 'long';
const KILLS = LONG ? 100 : 6, RACES = LONG ? 10000 : 400, CASES = 40, PASSES = 3 * 86400 / KILLS, CASES_RACED = LONG ? 50 : 10, BETWEEN = 5, PARTS_MOST = 5;
const COMMUNITY = '410103007012', STREET = '410103007';
const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));
// Only these count: whoever decides, and whoever writes it down. The others die besides.
const VICTIMS = ['triage-1', 'triage-2', 'postgres-1'], BESIDES = ['reporting-1', 'notification-1', 'bus-1'];
const PARTIES = ['urban-management', 'housing'];
const CHIEF = { hold: `${COMMUNITY}-secretary`, whistle: `${STREET}-coordinator` };

/** What can be done with a case: [where it is to be, how often of ten, who, what]. A task's action names its task. */
const MOVES = [
    ['dispatched', 10, (one) => one.holder, () => ({ action: 'accept' })],
    ['filed', 10, () => `${COMMUNITY}-dispatcher`, (one) => ({ action: 'dispatch', holder: one.born })],
    ['working', 3, (one) => one.holder, () => ({ action: 'progress', text: '正在处理' })],
    ['working', 3, (one) => one.holder, () => ({ action: 'resolve', text: '已处理' })],
    ['working', 3, (one) => one.holder, (one) => ({ action: 'hold', face: 'condition', until: one.later, text: '等天气' })],
    ['working', 3, (one) => one.holder, () => ({ action: 'blow_whistle', text: '院门口集合', tasks: PARTIES.map((party) => ({ party, text: '到场处置' })) })],
    ['working', 1, (one) => one.holder, () => ({ action: 'not_mine', text: '不在本格' })],
    ['working', 1, () => `${COMMUNITY}-secretary`, (one) => ({ action: 'merge', master: one.other })],
    ['working', 1, () => `${COMMUNITY}-dispatcher`, () => ({ action: 'split_off', text: '另有一事' }), (one) => one.parts < PARTS_MOST],
    ['merged', 5, () => `${COMMUNITY}-secretary`, () => ({ action: 'unmerge', text: '不是同一件' })],
    ['waiting', 5, (one) => one.holder, () => ({ action: 'go_on' })],
    ['resolved', 10, () => `${COMMUNITY}-secretary`, () => ({ action: 'verify_fail', reason: 'not-done', text: '未到位' })],
    ['asked', 10, (one) => CHIEF[one.asked], () => ({ action: 'grant' })],
    ['task', 10, (one) => one.assignee, () => ({ action: 'answer', text: '已到场' })],
    ['undoable', 2, (one) => one.author, () => ({ action: 'take_back' })],
];

/** A staff member who sends an action until it is answered, whatever dies meanwhile. */
class Actor {
    constructor(house, code, tag) {
        Object.assign(this, { house, code, tag, client: house.client(code, { checked: false }), turn: 0, answers: [], underWay: 0 });
    }

    async act(id, body, path = `/api/v1/cases/${id}/actions`) {
        const key = `${this.tag}-${this.code}-${++this.turn}`;
        const seen = await this.until(() => this.client.get(`/api/v1/cases/${id}`, { timeoutMs: 8000 }));
        const send = () => this.client.post(path, body, { headers: { 'If-Match': seen.headers.etag, 'Idempotency-Key': key }, timeoutMs: 8000 });
        if (seen.status !== 200)
            return;
        this.underWay++;
        const answer = await this.until(send).finally(() => this.underWay--);
        this.answers.push({ id, key, body, path, match: seen.headers.etag, answer });
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
    const actors = new Map();
    let house, admin, ids, make;
    before(async () => {
        house = await Instance.up({ name: 'acts', env: { WANGGE_TRIAGE: '2' } });
        admin = house.client('admin');
        make = await someReports(admin);
        const answers = await Promise.all(Array.from({ length: CASES }, (_, i) => admin.post('/api/v1/reports', { text: `第 ${i} 件`, ...make(i) })));
        ids = answers.map((answer) => answer.json.id);
        await waitFor('the cases', async () => await house.count(`cases WHERE state = 'dispatched'`) === CASES);
    });
    after(() => house?.down());

    const actor = (code) => {
        if (!actors.has(code))
            actors.set(code, new Actor(house, code, `fire-${process.pid}`));
        return actors.get(code);
    };
    const pick = (list) => list[Math.floor(random() * list.length)];

    /** A case as it lies there; undefined while the database is away. */
    const look = async (id) => {
        const [[state, holder, born, asked, task, undoable, author, parts] = []] = await house.sql(`SELECT c.state, s.code, (SELECT code FROM areas WHERE id = c.born_area_id) || '-leader',
                c.more ->> 'asked', (SELECT t.k || ' ' || p.code FROM tasks t JOIN parties p ON p.id = t.party WHERE t.case_id = c.id AND t.open ORDER BY t.k LIMIT 1),
                e.data::jsonb ? 'before', a.code, (SELECT count(*) FROM reports WHERE parent IS NOT NULL)
            FROM cases c JOIN events e ON e.case_id = c.id AND e.n = c.version LEFT JOIN staff s ON s.id = c.holder LEFT JOIN staff a ON a.id = e.actor WHERE c.id = ${id}`).catch(() => []);
        const [k, party] = task?.split(' ') ?? [];
        return state === undefined ? undefined : { id, state, holder, born, asked, k, assignee: `${party}-handler`, undoable: undoable === 't' && author !== null, author,
            parts: Number(parts), other: pick(ids.filter((other) => other !== id)), later: new Date(house.now().getTime() + 6 * 3600e3).toISOString() };
    };

    /** Work that never ends: whatever a case allows, by whoever may. */
    const work = async (over) => {
        while (!over()) {
            const one = await look(pick(ids));
            const places = one === undefined ? [] : [...(one.asked !== null ? ['asked'] : one.k !== undefined ? ['task'] : [one.state]), ...(one.undoable ? ['undoable'] : [])];
            const [, , who, what] = pick(MOVES.filter(([at, , , , fits]) => places.includes(at) && (fits === undefined || fits(one))).flatMap((move) => Array(move[1]).fill(move))) ?? [];
            const code = who?.(one);
            if (code === undefined || code === null) {
                await pause(20);
                continue;
            }
            const body = what(one), path = body.action === 'answer' ? `/api/v1/tasks/${await numberOf(one.id)}-${one.k}/actions` : undefined;
            await actor(code).act(one.id, body, path);
        }
    };
    const numbers = new Map();
    const numberOf = async (id) => {
        if (!numbers.has(id))
            numbers.set(id, (await actor(`${COMMUNITY}-secretary`).until(() => admin.get(`/api/v1/cases/${id}`, { timeoutMs: 8000 }))).json.number);
        return numbers.get(id);
    };
    const madeSoFar = () => [...actors.values()].flatMap((one) => one.answers).filter(({ answer }) => answer.status === 200).length;
    /** Dead at the moment at which something is under way. */
    const strike = async (name) => {
        await waitFor('an action under way', () => [...actors.values()].some((one) => one.underWay > 0), { everyMs: 1 });
        return house.kill(name);
    };

    it(`${KILLS} kills of triages and PostgreSQL at random moments: done or not done, and no clock twice or never`, async () => {
        let over = false, besides = 0;
        const working = Promise.all(Array.from({ length: 6 }, () => work(() => over)));
        const dying = (async () => {
            for (let i = 0; i < KILLS; i++) {
                const made = madeSoFar();
                await waitFor('work to go on', () => madeSoFar() >= made + BETWEEN, { seconds: 120, everyMs: 5 });
                await pause(random() * 1500);
                house.moveClock((house.offset ?? 0) + PASSES);
                const name = pick(VICTIMS);
                await waitFor(`${name} to be there and to die`, () => strike(name), { everyMs: 1 });
                if (random() < 0.3)
                    besides += house.kill(pick(BESIDES));
            }
        })();
        await Promise.all([dying.finally(() => { over = true; }), working]);
        await house.ready();
        await house.drain(90);
        const done = [...actors.values()].flatMap((actor) => actor.answers);
        const acknowledged = done.filter(({ answer }) => answer.status === 200);
        // Asked again with the same key: the same event, or the same refusal to have happened.
        for (const { key, body, path, match, answer } of acknowledged.slice(-200)) {
            const again = await [...actors.values()].find((one) => key.startsWith(`${one.tag}-${one.code}-`)).client
                .post(path, body, { headers: { 'If-Match': match, 'Idempotency-Key': key } });
            assert.equal(again.status, 200, again.text);
            assert.deepEqual(again.json.event, answer.json.event);
        }
        // Each acknowledged action is one event of its case, and every event of a person was acknowledged to them; what the
        // other of two cases goes through is the system's.
        const { actions, tasks } = definition('request');
        const own = (action) => (actions[action] ?? tasks.actions[action])?.by?.length !== 0;
        const events = new Set((await house.sql(`SELECT case_id, n, data ->> 'action' FROM events WHERE actor IS NOT NULL AND n > 1`))
            .filter(([, , action]) => own(action)).map(([id, n]) => `${id}/${n}`));
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
        const kinds = new Map(acknowledged.map(({ body }) => [body.action, acknowledged.filter((one) => one.body.action === body.action).length]));
        const named = [...kinds].map(([action, n]) => `${action} ${n}`).join(', ');
        const missing = LONG ? MOVES.map(([, , , what]) => what({}).action).filter((action) => !kinds.has(action)) : [];
        assert.deepEqual(missing, [], `of every kind: ${named}`);
        console.log(`# ${KILLS} kills of triages and PostgreSQL, ${besides} of others; ${acknowledged.length} actions acknowledged (${named}), ${done.length - acknowledged.length} refused, ${strikes} strikes`);
    });

    it(`two dispatchers, one case, the same moment, in two processes, ${RACES} times: one wins, the other is told`, async () => {
        const hands = [[1, `${COMMUNITY}-dispatcher`], [2, '410103-dispatcher']].map(([n, code]) => ({ code, process: house.inside('triage', n), key: house.key(code) }));
        const leaders = ['001', '002'].map((grid) => `${COMMUNITY}${grid}-leader`);
        let won = 0, told = 0;
        const race = async (id, times) => {
            let { headers: { etag } } = await hands[0].process.get(`/api/v1/cases/${id}/actions`, { key: hands[0].key });
            for (let i = 0; i < times; i++) {
                const answers = await Promise.all(hands.map(({ process, key }, h) => process.post(`/api/v1/cases/${id}/actions`,
                    { action: 'reassign', holder: leaders[(i + h) % 2], text: '改派' }, { key, headers: { 'If-Match': etag } })));
                const winners = answers.filter((answer) => answer.status === 200);
                assert.equal(winners.length, 1, answers.map((answer) => answer.text).join('\n'));
                const loser = answers.find((answer) => answer.status !== 200);
                assert.equal(loser.status, 412, loser.text);
                assert.ok(loser.json.since.length >= 1, 'is shown what happened');
                ({ etag } = winners[0].headers);
                won++;
                told++;
            }
        };
        const open = (await Promise.all(Array.from({ length: CASES_RACED }, (_, i) => admin.post('/api/v1/reports', { text: `抢 ${i}`, ...make(i) })))).map(({ json }) => json.id);
        await waitFor('the cases', async () => await house.count(`cases WHERE id IN (${open}) AND state = 'dispatched'`) === open.length);
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
