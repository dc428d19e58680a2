// The replayer (replay.mjs) agrees with a healthy log of everything that a case can go through, and bites: each of the
// small untruths below, written into a copy of what it read, is named with its case, and no other case is blamed.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { Instance } from '../lib/instance.mjs';
import { Hands } from '../lib/hands.mjs';
import { Post } from '../lib/smtp.mjs';
import { waitFor } from '../lib/wait.mjs';
import { judgeAll, readAll } from './replay.mjs';
import { UNTRUTHS } from './untruths.mjs';
import { seeded } from './storm.mjs';

const STREET = '410103007', COMMUNITY = `${STREET}012`, GRID = `${COMMUNITY}001`;
const LEADER = `${GRID}-leader`, SECRETARY = `${COMMUNITY}-secretary`, DISPATCHER = `${COMMUNITY}-dispatcher`;
const COORDINATOR = `${STREET}-coordinator`, DIRECTOR = `${STREET}-director`;
const HOUR = 3600, text = '照办';
const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));

describe(`the replayer (seed ${seed})`, () => {
    let house, post, data, lookout;
    before(async () => {
        post = await Post.open();
        house = await Instance.up({ name: 'replayer', env: { WANGGE_SMTP_URL: post.url } });
        lookout = house.client('admin', { checked: false });
    });
    after(async () => {
        lookout?.close();
        await house?.down();
        await post?.close();
    });

    let clock = 0;
    const later = async (seconds) => {
        clock += seconds;
        house.moveClock(clock);
        await house.drain();
    };
    const soon = (days) => new Date(house.now().getTime() + days * 24 * HOUR * 1000).toISOString();

    /** Somebody reports, and it is taken up: {id, number, query_code}. */
    async function report(more = {}) {
        const client = house.client();
        const answer = await client.post('/api/v1/reports', { text: '三号楼前垃圾三天没有清运', category: 'litter', area: GRID,
            reporter: { name: '居民', email: 'resident@example.net', consent: true }, ...more });
        client.close();
        assert.equal(answer.status, 201, answer.text);
        await waitFor('the case', async () => (await lookout.get(`/api/v1/cases/${answer.json.id}`)).status === 200);
        return answer.json;
    }

    /** One action by somebody; task: k. */
    async function act(who, one, action, fields = {}, task) {
        const client = house.client(who === 'reporter' ? undefined : who);
        const path = who === 'reporter' ? `/api/v1/reports/${one.number}/actions` : task ? `/api/v1/tasks/${one.number}-${task}/actions` : `/api/v1/cases/${one.id}/actions`;
        const { headers } = await lookout.get(`/api/v1/cases/${one.id}`);
        const answer = await client.post(path, { action, ...fields },
            { headers: { 'If-Match': headers.etag, ...(who === 'reporter' ? { Authorization: `Code ${one.query_code}` } : {}) } });
        client.close();
        assert.equal(answer.status, 200, `${who} ${action}: ${answer.text}`);
    }

    const STORIES = {
        'a small thing, to its end': async () => {
            const one = await report();
            await act(LEADER, one, 'accept');
            await act(LEADER, one, 'reach', { way: 'phone', text });
            await act('reporter', one, 'urge');
            await act(LEADER, one, 'resolve', { text });
            await act(SECRETARY, one, 'verify_fail', { reason: 'half-done', text });
            await act(LEADER, one, 'resolve', { text });
            await act(SECRETARY, one, 'verify');
            await act('reporter', one, 'rate', { solved: true, score: 5 });
            await act(DISPATCHER, one, 'close', { text });
        },
        'held, undone, extended': async () => {
            const one = await report();
            await act(LEADER, one, 'accept');
            await act(LEADER, one, 'hold', { face: 'unit', until: soon(20), text });
            await act(SECRETARY, one, 'grant', { text });
            await later(2 * HOUR);
            await act(LEADER, one, 'go_on');
            await act(LEADER, one, 'take_back');
            await act(LEADER, one, 'go_on');
            await act(LEADER, one, 'ask_extension', { days: 2, text });
            await act(SECRETARY, one, 'grant');
            await act(LEADER, one, 'hold', { face: 'condition', until: soon(5), text });
            await act(SECRETARY, one, 'deny', { text });
            await act(LEADER, one, 'ledger', { reason: 'season', until: soon(60), text });
            await act(COORDINATOR, one, 'grant');
            await act(DIRECTOR, one, 'grant');
        },
        'raised to the street, which whistles': async () => {
            const one = await report();
            for (const [who, up] of [[LEADER, SECRETARY], [SECRETARY, COORDINATOR]]) {
                await act(who, one, 'accept');
                await act(who, one, 'report_up', { reason: 'units', text });
                assert.ok(up);
            }
            await act(COORDINATOR, one, 'accept');
            await act(COORDINATOR, one, 'blow_whistle', { text, tasks: [{ party: 'urban-management', text: '清运' }, { party: 'water', text: '核对' }, { staff: LEADER, text: '看守' }] });
            await act('urban-management-handler', one, 'arrive', {}, 1);
            await later(3 * HOUR);
            await act('urban-management-handler', one, 'answer', { text }, 1);
            await act(COORDINATOR, one, 'enter_answer', { text }, 2);
            await act(LEADER, one, 'answer', { text }, 3);
            await act(COORDINATOR, one, 'rate', { score: 4 }, 1);
            await act(COORDINATOR, one, 'convene', { at: soon(1), parties: ['urban-management', 'water'], guests: ['业主代表'], text });
            await act(COORDINATOR, one, 'minutes', { attendees: ['城管'], text, tasks: [{ party: 'housing', text: '修缮' }] });
            await act(COORDINATOR, one, 'recall', { text }, 4);
            await act(COORDINATOR, one, 'send_down', { text });
        },
        'a whistle that the street has to approve': async () => {
            const one = await report();
            await act(LEADER, one, 'accept');
            await act(LEADER, one, 'blow_whistle', { text, tasks: [{ party: 'urban-management', text: '清运' }] });
            await act(COORDINATOR, one, 'grant', { text });
            await act('urban-management-handler', one, 'answer', { text }, 1);
        },
        'handed to a unit, which answers': async () => {
            const one = await report();
            await act(LEADER, one, 'accept');
            await act(LEADER, one, 'entrust', { party: 'urban-management' });
            await act('urban-management-handler', one, 'accept');
            await act('urban-management-handler', one, 'resolve', { text });
        },
        'merged, and taken apart again': async () => {
            const [one, other, third] = [await report(), await report(), await report()];
            await act(DISPATCHER, one, 'merge', { master: other.number });
            await act(DISPATCHER, third, 'merge', { master: other.number });
            await act('reporter', other, 'withdraw');
            await act(SECRETARY, one, 'unmerge', { text });
        },
        'split, and its part has not ended': async () => {
            const one = await report();
            await act(DISPATCHER, one, 'split_off', { text });
            await act(LEADER, one, 'accept');
        },
        'an urgent one: alarm, acknowledged': async () => {
            const one = await report({ category: 'power-fault' });
            await act(`${STREET}-duty-officer`, one, 'acknowledge', { text });
            await act(LEADER, one, 'first_report', { text });
        },
        'nobody accepts, nobody acknowledges: time passes': async () => {
            await report();
            await report({ category: 'power-fault' });
            for (let i = 0; i < 8; i++)
                await later(9 * HOUR);
        },
        'and whatever forms allow': async () => {
            const random = seeded(seed), categories = (await lookout.get('/api/v1/categories')).json.items.filter((one) => one.parent !== null).map((one) => one.code);
            const hands = new Hands(house, { category: 'litter', area: (below) => `${below}00${1 + Math.floor(random() * 3)}`, random, roam: 0.7,
                categories, parties: ['urban-management', 'housing', 'water'] });
            const ids = [];
            for (let i = 0; i < 12; i++)
                ids.push((await report({ category: categories[Math.floor(random() * categories.length)], area: i % 6 === 5 ? COMMUNITY : GRID })).id);
            for (let i = 0; i < 160; i++) {
                await hands.step(ids[Math.floor(random() * ids.length)]);
                if (i % 40 === 39)
                    await later(Math.floor(random() * 30 * HOUR));
            }
            hands.close();
        },
    };
    for (const [name, story] of Object.entries(STORIES))
        it(name, story);

    it('all of it is judged, and found in order', async () => {
        await house.drain();
        data = await readAll(house);
        const { faults } = judgeAll(data);
        assert.deepEqual(faults.slice(0, 20), []);
        assert.ok(data.events.filter((event) => event.data.clock !== undefined).length > 20, 'time has struck');
        const { broken, apart } = await house.checks();
        assert.deepEqual([broken, apart], [[], []]);
    });
    for (const [what, [spoil, named]] of Object.entries(UNTRUTHS))
        it(`names ${what}`, () => {
            const copy = structuredClone(data), ids = [spoil(copy)].flat().map(String);
            assert.ok(ids.every((id) => id !== 'undefined'), 'there is something to spoil');
            const { faults } = judgeAll(copy);
            const about = (fault) => ids.some((id) => new RegExp(`^(case ${id}:|delivery ${id}/)`).test(fault));
            assert.ok(faults.some((fault) => about(fault) && named.test(fault)), `nothing like ${named} of ${ids} in:\n${faults.join('\n')}`);
            assert.deepEqual(faults.filter((fault) => !about(fault)), [], 'nobody else is blamed');
        });
});
