// Who may do what: every route and every action, with every role, inside the area and outside of it. What comes of it is
// docs/rights.md; a route, role or action that is not there, or is otherwise there, fails. WANGGE_TEST_WRITE=1 writes it.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deskOf } from '../lib/desk.mjs';
import { Instance, TOP } from '../lib/instance.mjs';
import { Person, Reporter } from '../lib/person.mjs';
import { ActionWalk, WORKFLOWS, page, walkRoutes } from '../lib/rights.mjs';
import { seeded } from '../chaos/storm.mjs';

const GRID = '410103007012003', COMMUNITY = '410103007012', STREET = '410103007', PAGE = join(TOP, 'docs/rights.md');
const CATEGORIES = { request: ['pothole', undefined], hazard: ['fire-exit'], dispute: ['neighbour-dispute'] };
const seed = Number(process.env.WANGGE_TEST_SEED ?? 20261124);

describe(`rights (seed ${seed})`, () => {
    const random = seeded(seed), roles = {}, outside = {}, posts = {};
    let house, admin, leader, found, report;
    before(async () => {
        house = await Instance.shared({ name: 'rights' });
        admin = house.client('admin');
        leader = new Person(house, `${GRID}-leader`);
        report = await leader.reports('院里有积水。', { category: 'pothole', area: GRID, reporter: { phone: '000-0000', consent: true } }, undefined);
        await leader.does(report.id, 'accept');
        await leader.does(report.id, 'study', { attendees: ['网格长'], at: '2026-03-02T09:00:00+08:00', text: '请清扫。', tasks: [{ party: 'urban-management', text: '清扫' }] });
        const system = async (name, area) => house.client(undefined, { key: (await admin.post('/api/v1/keys', { name, system: `${name}-${process.pid}`, area })).json.key });
        const link = await leader.link('dennis-daxue-handler', { case: report.id }, '看一下');
        const own = { 'leader': `${GRID}-leader`, 'micro-member': `${GRID}01-micro-member`, 'dispatcher': `${COMMUNITY}-dispatcher`, 'secretary': `${COMMUNITY}-secretary`,
            'coordinator': `${STREET}-coordinator`, 'director': `${STREET}-director`, 'clerk': `${STREET}-clerk`, 'duty-officer': `${STREET}-duty-officer`,
            'duty-leader': `${STREET}-duty-leader`, 'supervisor': '410103-supervisor', 'handler': 'urban-management-handler' };
        Object.assign(roles, { nobody: house.client(), 'query code': new Reporter(house, report).client, link: link.client });
        for (const [role, code] of Object.entries(own)) {
            roles[role] = house.client(code);
            posts[role] = [role];
        }
        outside['leader elsewhere'] = house.client('410103003005002-leader');
        outside['secretary elsewhere'] = house.client('410103003005-secretary');
        outside['coordinator elsewhere'] = house.client('410103003-coordinator');
        roles.system = await system('rights-here', STREET);
        outside['system elsewhere'] = await system('rights-elsewhere', '410103003');
        roles['logged in'] = await deskOf(house, `${STREET}-duty-leader`);
        Object.assign(roles, outside, { administrator: admin });
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    /** The grid and the community could not solve it: it lies at the street. */
    const raised = async (id) => {
        for (const code of [`${GRID}-leader`, `${COMMUNITY}-secretary`]) {
            const holder = new Person(house, code);
            await holder.does(id, 'accept');
            await holder.does(id, 'report_up', { reason: 'beyond', text: '已到场看过。' });
        }
        await new Person(house, `${STREET}-coordinator`).does(id, 'accept');
    };

    it('every route with every role', async () => {
        found = await walkRoutes(roles, { '{id}': report.id, '{number}': report.number, '{code}': COMMUNITY });
        for (const [name, row] of Object.entries(found))
            for (const role of Object.keys(outside))
                assert.notEqual(/\/(cases|reports|tasks)\/\{/.test(name) && row[role], '●', `${name} as ${role}`);
    });

    for (const workflow of WORKFLOWS)
        it(`every action of ${workflow} with every role, in every state`, async () => {
            const inside = Object.fromEntries([...Object.keys(posts), 'system', 'administrator'].map((role) => [role, roles[role]]));
            const past = [];
            const walk = new ActionWalk({ workflow, inside, outside, posts,
                reporter: (one) => new Reporter(house, one).client,
                born: async (turn) => {
                    const one = await leader.reports(`走第 ${turn} 步`, { category: CATEGORIES[workflow][turn % CATEGORIES[workflow].length], area: GRID, reporter: { phone: '000-0000', consent: true } }, undefined);
                    past.push(one.number);
                    if (workflow === 'request' && turn % 4 === 2)
                        await raised(one.id);
                    return one;
                },
                known: { random, now: () => house.now().getTime(), category: () => CATEGORIES[workflow][0], area: () => GRID, staff: () => `${GRID}-leader`,
                    party: () => 'urban-management', case: () => past[Math.floor(random() * past.length)] } });
            await walk.run(600);
            assert.deepEqual(walk.missing(), [], 'states in which nobody was asked');
            console.log(`# ${workflow}: ${walk.seen.size} states, ${walk.asked} tries of what is not theirs, all refused`);
        });

    it('docs/rights.md says so', () => {
        const text = page(found, roles);
        if (process.env.WANGGE_TEST_WRITE)
            writeFileSync(PAGE, text);
        assert.equal(readFileSync(PAGE, 'utf8'), text, 'what was found differs: WANGGE_TEST_WRITE=1 writes it anew, for review');
    });
});
