// Who may do what: every route and every action, with every role, inside the area and outside of it; of a plain case, a
// restricted one and a complaint about a worker. What comes of it is docs/rights.md; a route, role or action that is not
// there, or is otherwise there, fails. WANGGE_TEST_WRITE=1 writes it.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ActionWalk, WORKFLOWS } from '../lib/acting.mjs';
import { Instance, TOP } from '../lib/instance.mjs';
import { Person, Reporter } from '../lib/person.mjs';
import { Faults, judgeRoutes, page, things, walkCase, walkRoutes } from '../lib/rights.mjs';
import { COMMUNITY, GRID, PARTY, Roles, STREET, sightOf } from '../lib/roles.mjs';
import { seeded } from '../chaos/storm.mjs';

const PAGE = join(TOP, 'docs/rights.md'), TAG = `rights${process.pid}`;
const CATEGORIES = { request: ['pothole', undefined], hazard: ['fire-exit'], dispute: ['neighbour-dispute'] };
const SAID = { area: GRID, reporter: { phone: '000-0000', consent: true } };
const seed = Number(process.env.WANGGE_TEST_SEED ?? 20261124);

describe(`rights (seed ${seed})`, () => {
    const random = seeded(seed), cases = {};
    let house, leader, people, roles, found, report, own, since;
    const says = (text, more) => leader.reports(text, { ...SAID, ...more }, undefined);
    before(async () => {
        house = await Instance.shared({ name: 'rights' });
        leader = new Person(house, `${GRID}-leader`);
        people = await new Roles(house, TAG).up();
        since = await lastCursor();
        report = await says('院里有积水。', { category: 'pothole' });
        await leader.does(report.id, 'accept');
        await leader.does(report.id, 'study', { attendees: ['网格长'], at: '2026-03-02T09:00:00+08:00', text: '请清扫。', tasks: [{ party: PARTY, text: '清扫' }] });
        people.guests(report, await leader.link('dennis-daxue-handler', { case: report.id }, '看一下'));
        await people.ready(report.id);
        roles = people.list;
        own = await things(house, TAG, report);
        people.made.push({ code: `${TAG}-thing` }, { code: `${TAG}-gone` }); // they leave, too
    });
    after(async () => {
        try {
            await people.leave();
            await house.verify();
        } finally {
            await house.down();
        }
    });

    /** Behind all that the log has so far. */
    const lastCursor = async () => {
        const admin = house.client('admin');
        for (let after = ''; ;) {
            const { json } = await admin.get(`/api/v1/events?limit=500${after && `&after=${encodeURIComponent(after)}`}`);
            if (json.next === after || json.items.length === 0)
                return json.next;
            after = json.next;
        }
    };

    /** The grid and the community could not solve it: it lies at the street. */
    const raised = async (id) => {
        for (const code of [`${GRID}-leader`, `${COMMUNITY}-secretary`]) {
            const holder = new Person(house, code);
            await holder.does(id, 'accept');
            await holder.does(id, 'report_up', { reason: 'beyond', text: '已到场看过。' });
        }
        await new Person(house, `${STREET}-coordinator`).does(id, 'accept');
    };

    it('a restricted case, and a complaint about a worker', async () => {
        const wrong = new Faults();
        for (const [title, said] of [['A dispute, in the hands of the leader', { category: 'neighbour-dispute' }], ['A complaint about the leader', { category: 'pothole', about: `${GRID}-leader` }]]) {
            const one = { ...await says(title, said), since };
            const { table, faults } = await walkCase(roles, one, await sightOf(house, one.id));
            cases[title] = table;
            wrong.push(...faults.map((fault) => `${title}: ${fault}`));
        }
        wrong.none();
    });

    it('every route with every role', async () => {
        found = await walkRoutes(roles, { report, own });
        judgeRoutes(found, roles, await sightOf(house, report.id)).none();
    });

    for (const workflow of WORKFLOWS)
        it(`every action of ${workflow} with every role, in every state`, async () => {
            const past = [], staff = roles.filter((role) => role.client.key?.startsWith('wg_'));
            const walk = new ActionWalk({ house, workflow, roles: staff, reporter: (one) => new Reporter(house, one).client,
                born: async (turn) => {
                    const one = await says(`走第 ${turn} 步`, { category: CATEGORIES[workflow][turn % CATEGORIES[workflow].length] });
                    past.push(one.number);
                    if (workflow === 'request' && turn % 4 === 2)
                        await raised(one.id);
                    return one;
                },
                known: { random, now: () => house.now().getTime(), category: () => CATEGORIES[workflow][0], area: () => GRID, staff: () => `${GRID}-leader`,
                    party: () => PARTY, case: () => past[Math.floor(random() * past.length)] } });
            await walk.run(600);
            assert.deepEqual(walk.missing(), [], 'states in which nobody was asked');
            console.log(`# ${workflow}: ${walk.seen.size} states, ${walk.lists} lists as the file has them, ${walk.asked} tries of what is not theirs, all refused`);
        });

    it('docs/rights.md says so', () => {
        const text = page(roles, found, cases);
        if (process.env.WANGGE_TEST_WRITE)
            writeFileSync(PAGE, text);
        assert.equal(readFileSync(PAGE, 'utf8'), text, 'what was found differs: WANGGE_TEST_WRITE=1 writes it anew, for review');
    });
});
