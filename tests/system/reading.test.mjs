// Who may see a restricted case or a complaint about a worker: in no list, item, figure, feed, inbox, number or stale
// answer of anybody else is there a trace of it; and who has it in hand, or reads such cases by their post, finds it.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';

const STREET = '410103007', COMMUNITY = '410103007012', GRID = '410103007012003';

describe('reading', () => {
    let house, admin, plain;
    const roles = {}, hands = {}; // hands: for actions
    before(async () => {
        house = await Instance.shared({ name: 'reading' });
        admin = house.client('admin');
        plain = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted && one.workflow === 'request').code;
        for (const code of [`${GRID}-leader`, `${COMMUNITY}004-leader`, `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, `${STREET}-coordinator`,
            `${STREET}-director`, '410103-dispatcher', '410103-supervisor', '410103003005-secretary', '410103003-director', 'urban-management-handler'])
            [roles[code], hands[code]] = [house.client(code), house.client(code, { checked: false })];
        roles.system = house.client(undefined, { key: (await admin.post('/api/v1/keys', { name: 'reading', system: `reading-${process.pid}`, area: STREET })).json.key });
        roles.administrator = admin;
        hands.system = house.client(undefined, { key: roles.system.key, checked: false });
        hands.administrator = house.client('admin', { checked: false });
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const say = async (more) => {
        const said = await admin.post('/api/v1/reports', { text: `谁能看见 ${Math.random()}`, ...more });
        assert.equal(said.status, 201, said.text);
        const item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.json.number}`)).json.items[0]);
        return { ...item, code: said.json.query_code };
    };
    const pages = async (client, path) => {
        const items = [];
        for (let next = ''; next !== null;) {
            const { status, json, text } = await client.get(`${path}${path.includes('?') ? '&' : '?'}limit=500${next}`);
            if (status === 403)
                return items; // nobody's inbox, no area
            assert.equal(status, 200, text);
            items.push(...json.items);
            next = json.next === null || (path.startsWith('/api/v1/events') && json.items.length === 0) ? null : `&after=${json.next}`;
        }
        return items;
    };
    // Where a role meets the case; every place must say the same.
    const meets = async (role, item) => {
        const client = roles[role];
        const has = (items, id = 'id') => items.some((one) => one[id] === item.id);
        const stale = await hands[role].post(`/api/v1/cases/${item.id}/actions`, { action: 'dispatch' }, { headers: { 'If-Match': '"0"' } });
        return {
            item: (await client.get(`/api/v1/cases/${item.id}`)).status === 200,
            number: (await client.get(`/api/v1/reports/${item.number}`)).status === 200,
            byNumber: has(await pages(client, `/api/v1/cases?report=${item.number}`)) || (await client.get(`/api/v1/cases?report=${item.number}`)).status === 403,
            actions: (await hands[role].get(`/api/v1/cases/${item.id}/actions`)).status === 200,
            stale: stale.status === 412,
        };
    };
    const everywhere = async (role, item) => {
        const client = roles[role];
        return {
            list: (await pages(client, '/api/v1/cases')).some((one) => one.id === item.id),
            area: (await pages(client, `/api/v1/cases?area=${COMMUNITY}`)).some((one) => one.id === item.id),
            events: (await pages(client, '/api/v1/events')).some((one) => one.case === item.id),
        };
    };
    const expectSeen = async (item, seen, hidden) => {
        for (const role of [...seen, ...hidden]) {
            const want = seen.includes(role);
            const found = await meets(role, item);
            if (role.endsWith('-handler'))
                delete found.byNumber; // no area: no list
            for (const [where, met] of Object.entries(found))
                assert.equal(met, want, `${role}: ${where}`);
        }
    };

    it('a restricted case: its holder, and the posts that read such cases; nobody else in its area', async () => {
        const item = await say({ category: 'neighbour-dispute', area: GRID });
        assert.equal(item.holder.code, `${GRID}-leader`, JSON.stringify(item));
        const seen = [`${GRID}-leader`, `${COMMUNITY}-secretary`, `${STREET}-coordinator`, `${STREET}-director`, '410103-supervisor', 'administrator'];
        const hidden = [`${COMMUNITY}004-leader`, `${COMMUNITY}-dispatcher`, '410103-dispatcher', '410103003005-secretary', '410103003-director', 'urban-management-handler', 'system'];
        await expectSeen(item, seen, hidden);
        for (const role of [`${COMMUNITY}-secretary`, '410103-supervisor', 'administrator'])
            assert.deepEqual(await everywhere(role, item), { list: true, area: true, events: true }, role);
        for (const role of [`${COMMUNITY}-dispatcher`, '410103-dispatcher', 'system'])
            assert.deepEqual(await everywhere(role, item), { list: false, area: false, events: false }, role);
        assert.ok((await pages(roles[`${GRID}-leader`], '/api/v1/inbox')).some((one) => one.case === item.id), 'the holder was told');
        for (const role of hidden.filter((one) => one !== 'system'))
            assert.ok((await pages(roles[role], '/api/v1/inbox')).every((one) => one.case !== item.id), `${role}: inbox`);
    });
    it('a plain case of the same grid is seen by its area', async () => {
        const item = await say({ category: plain, area: GRID });
        await expectSeen(item, [`${GRID}-leader`, `${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, '410103-dispatcher', 'system', 'administrator'],
            [`${COMMUNITY}004-leader`, '410103003005-secretary', 'urban-management-handler']);
    });
    it('no figure counts it, whoever reads', async () => {
        const figures = async (client) => JSON.stringify((await client.get(`/api/v1/counters?area=${COMMUNITY}005`)).json.states);
        await house.drain();
        const before = await figures(admin);
        const item = await say({ category: 'neighbour-dispute', area: `${COMMUNITY}005` });
        await house.drain();
        assert.equal(await figures(admin), before);
        assert.equal(await figures(roles[`${COMMUNITY}-secretary`]), before);
        assert.deepEqual(await house.sql(`SELECT DISTINCT restricted FROM events WHERE case_id = ${item.id}`), [['t']]);
    });
    it('waiting: a dispatcher sees it while nobody has it in hand, because the data says so', async () => {
        const item = await say({ category: 'neighbour-dispute', area: COMMUNITY });
        assert.equal(item.holder, null);
        await expectSeen(item, [`${COMMUNITY}-dispatcher`, '410103-dispatcher', `${COMMUNITY}-secretary`, 'administrator'], [`${GRID}-leader`, 'system']);
        const dispatcher = roles[`${COMMUNITY}-dispatcher`], { headers } = await dispatcher.get(`/api/v1/cases/${item.id}`);
        const given = await hands[`${COMMUNITY}-dispatcher`].post(`/api/v1/cases/${item.id}/actions`, { action: 'dispatch', area: GRID, holder: `${GRID}-leader` }, { headers: { 'If-Match': headers.etag } });
        assert.equal(given.status, 200, given.text);
        await expectSeen(item, [`${GRID}-leader`, `${COMMUNITY}-secretary`], [`${COMMUNITY}-dispatcher`, '410103-dispatcher', `${COMMUNITY}004-leader`]);
        await house.drain();
        assert.ok((await pages(dispatcher, '/api/v1/inbox')).every((one) => one.case !== item.id), 'what they were told of it is gone from the inbox, too');
        const rows = await house.sql("SELECT reads FROM restricted_readers WHERE post = 'dispatcher'");
        assert.deepEqual(rows, [['waiting']]);
    });
    it('a complaint about a worker goes to their chief, and reaches neither them nor anyone below', async () => {
        const item = await say({ category: plain, area: GRID, about: `${GRID}-leader` });
        assert.equal(item.area.code, COMMUNITY);
        assert.equal(item.holder, null);
        await expectSeen(item, [`${COMMUNITY}-dispatcher`, `${COMMUNITY}-secretary`, `${STREET}-coordinator`, '410103-dispatcher', 'administrator'],
            [`${GRID}-leader`, `${COMMUNITY}004-leader`, 'system', '410103003005-secretary']);
        const dispatcher = roles[`${COMMUNITY}-dispatcher`], { headers } = await dispatcher.get(`/api/v1/cases/${item.id}`);
        const give = (body) => hands[`${COMMUNITY}-dispatcher`].post(`/api/v1/cases/${item.id}/actions`, { action: 'dispatch', area: GRID, ...body }, { headers: { 'If-Match': headers.etag } });
        for (const holder of [`${GRID}-leader`, `${COMMUNITY}004-leader`]) {
            const slip = await give({ holder });
            assert.equal(slip.status, 422, slip.text);
            assert.deepEqual(slip.json.errors.map((one) => one.pointer), ['/holder'], 'not even by a slip of the dispatcher\'s');
        }
        const nobody = await give({});
        assert.equal(nobody.status, 422, `whoever has the post there is not chosen by itself: ${nobody.text}`);
        const given = await give({ holder: `${COMMUNITY}-secretary` });
        assert.equal(given.status, 200, given.text);
        await expectSeen(item, [`${COMMUNITY}-secretary`, 'administrator'], [`${GRID}-leader`, `${COMMUNITY}004-leader`, `${COMMUNITY}-dispatcher`]);
        const whistle = (staff) => hands[COORDINATOR].post(`/api/v1/cases/${item.id}/actions`, { action: 'blow_whistle', text: '到场', tasks: [{ staff, text: '查看' }] }, { headers: { 'If-Match': given.headers.etag } });
        await act(`${COMMUNITY}-secretary`, item.id, { action: 'accept' });
        given.headers.etag = (await roles[COORDINATOR].get(`/api/v1/cases/${item.id}`)).headers.etag;
        const tasked = await whistle(`${GRID}-leader`);
        assert.deepEqual([tasked.status, tasked.json.errors?.map((one) => one.pointer)], [422, ['/tasks/0/staff']], tasked.text);
        await house.drain();
        for (const role of [`${GRID}-leader`, `${COMMUNITY}004-leader`])
            assert.ok((await pages(roles[role], '/api/v1/inbox')).every((one) => one.case !== item.id), role);
        assert.equal(await house.count(`deliveries d JOIN staff s ON s.id = d.staff WHERE d.case_id = ${item.id} AND s.code LIKE '${GRID}%'`), 0, 'nor are they told and shown nothing');
    });
    // ---- the ways around

    const look = { field: 'phone', reason: '核实' }, reporter = { name: '某居民', phone: '13800000002' };
    const link = (role, item, staff) => hands[role].post('/api/v1/links', { case: item.id, staff, days: 1, purpose: '核实' });
    it('links and the reporter\'s number are as closed as the case', async () => {
        const item = await say({ category: 'neighbour-dispute', area: GRID, reporter });
        for (const role of [`${COMMUNITY}-dispatcher`, '410103-dispatcher', `${COMMUNITY}004-leader`]) {
            const answers = [await link(role, item, role), await hands[role].get(`/api/v1/links?case=${item.id}`),
                await hands[role].get(`/api/v1/reports/${item.number}/reporter`), await hands[role].post(`/api/v1/reports/${item.number}/reveal`, look)];
            assert.deepEqual(answers.map((one) => one.status), [404, 404, 404, 404], `${role}: ${answers.map((one) => one.text).join()}`);
        }
        const secretary = hands[`${COMMUNITY}-secretary`];
        const made = await link(`${COMMUNITY}-secretary`, item, `${COMMUNITY}004-leader`);
        assert.equal(made.status, 201, 'who sees it may let somebody in');
        assert.equal((await house.client(undefined, { key: `Link ${made.json.token}` }).get(`/api/v1/cases/${item.id}`)).status, 200);
        assert.equal((await hands[`${COMMUNITY}-dispatcher`].send('DELETE', `/api/v1/links/${made.json.id}`)).status, 404);
        assert.equal((await secretary.get(`/api/v1/links?case=${item.id}`)).json.items[0].revoked_at, null);
        assert.equal((await secretary.send('DELETE', `/api/v1/links/${made.json.id}`)).status, 204);
        assert.equal((await secretary.get(`/api/v1/reports/${item.number}/reporter`)).status, 200);
        assert.equal((await hands[LEADER].post(`/api/v1/reports/${item.number}/reveal`, look)).json.value, reporter.phone, 'its holder');
    });
    it('nor by a link does a complaint reach whom it is about or anyone below their chief; who complained is the supervisors\' to know', async () => {
        const item = await say({ category: plain, area: GRID, about: LEADER, reporter });
        for (const staff of [LEADER, `${COMMUNITY}004-leader`]) {
            const refused = await link(`${COMMUNITY}-secretary`, item, staff);
            assert.deepEqual([refused.status, refused.json.errors?.map((one) => one.pointer)], [422, ['/staff']], refused.text);
        }
        for (const staff of [HANDLER, COORDINATOR, '410103003005-secretary'])
            assert.equal((await link(`${COMMUNITY}-secretary`, item, staff)).status, 201, staff);
        const made = (await link(`${COMMUNITY}-secretary`, item, HANDLER)).json, way = house.client(undefined, { key: `Link ${made.token}` });
        assert.equal((await way.get(`/api/v1/cases/${item.id}`)).status, 200);
        for (const staff of [LEADER, `${COMMUNITY}004-leader`]) { // as if they had come below since
            await house.sql(`UPDATE links SET staff_id = (SELECT id FROM staff WHERE code = '${staff}') WHERE id = ${made.id}`);
            await waitFor(`${staff} is heard of`, async () => (await way.get(`/api/v1/cases/${item.id}`)).status === 404, { everyMs: 300 });
        }
        for (const role of [`${COMMUNITY}-secretary`, `${COMMUNITY}-dispatcher`, LEADER]) {
            assert.equal((await hands[role].get(`/api/v1/reports/${item.number}/reporter`)).status, 404, role);
            assert.equal((await hands[role].post(`/api/v1/reports/${item.number}/reveal`, look)).status, 404, role);
        }
        assert.equal((await roles['410103-supervisor'].get(`/api/v1/reports/${item.number}/reporter`)).status, 200);
        assert.equal((await hands['410103-supervisor'].post(`/api/v1/reports/${item.number}/reveal`, look)).json.value, reporter.phone);
    });
    it('a post that is over shields nobody, one in force does', async () => {
        const was = `${process.pid}-was`;
        assert.equal((await admin.post('/api/v1/staff', { code: was, name: '曾任', posts: [`worker@${GRID}`, `clerk@${STREET}`] })).status, 201);
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${was}/posts/clerk@${STREET}`)).status, 204);
        const item = await say({ category: plain, area: GRID, about: was });
        assert.equal(await house.one(`SELECT shield FROM cases WHERE id = ${item.id}`), COMMUNITY);
        assert.equal((await admin.send('DELETE', `/api/v1/staff/${was}/posts/worker@${GRID}`)).status, 204);
        const later = await say({ category: plain, area: GRID, about: was });
        assert.notEqual(await house.one(`SELECT shield FROM cases WHERE id = ${later.id}`), null, 'nor does leaving open it to everybody');
    });
    it('about the secretary: it is the street\'s; about nobody that is known: the district\'s', async () => {
        const secretary = await say({ area: GRID, about: `${COMMUNITY}-secretary` });
        await expectSeen(secretary, [`${STREET}-coordinator`, '410103-supervisor'], [`${COMMUNITY}-secretary`, `${COMMUNITY}-dispatcher`, `${GRID}-leader`]);
        const unknown = await say({ area: GRID, about: 'nobody.that.is' });
        await expectSeen(unknown, ['410103-supervisor', '410103-dispatcher'], [`${STREET}-coordinator`, `${STREET}-director`, `${COMMUNITY}-secretary`, `${GRID}-leader`]);
        assert.equal((await admin.post('/api/v1/reports', { text: '错', about: 'Ä B' })).status, 422);
    });

    // ---- what is shown of a case

    const act = async (role, id, body, path = `/api/v1/cases/${id}`) => {
        hands[role] ??= house.client(role, { checked: false });
        const { headers } = await hands[role].get(`${path}/actions`);
        const done = await hands[role].post(`${path}/actions`, body, { headers: { 'If-Match': headers.etag } });
        assert.equal(done.status, 200, `${role} ${body.action}: ${done.text}`);
        return done.json;
    };
    const LEADER = `${GRID}-leader`, COORDINATOR = `${STREET}-coordinator`, HANDLER = 'urban-management-handler';

    it('a case with tasks: chain, clocks, tasks, what was said, in words; the party sees its task', async () => {
        const item = await say({ category: plain, area: GRID });
        await act(LEADER, item.id, { action: 'accept' });
        await act(COORDINATOR, item.id, { action: 'blow_whistle', text: '多部门到场', tasks: [{ party: 'urban-management', text: '清理占道' }] });
        const { json } = await roles[COORDINATOR].get(`/api/v1/cases/${item.id}`);
        assert.equal(json.tasks.length, 1);
        assert.equal(json.tasks[0].party.code, 'urban-management');
        assert.equal(json.tasks[0].number, `${item.number}-1`);
        assert.equal(json.tasks[0].text, '清理占道');
        assert.ok(json.tasks[0].open && json.tasks[0].clock.due_at !== null, JSON.stringify(json.tasks[0]));
        const standing = json.clocks.find((one) => one.stands_since !== null);
        assert.ok(standing !== undefined && standing.due_at === null, JSON.stringify(json.clocks));
        assert.equal(standing.stands_why, json.history.at(-1).text);
        assert.equal(json.clock.name, json.clocks[0].name, 'the first to end comes first');
        const whistle = json.history.at(-1);
        assert.ok(whistle.said.some((one) => one.text === '多部门到场' && one.title !== ''), JSON.stringify(whistle));
        assert.ok(json.attributes.every((one) => one.title !== ''));
        const dispatched = json.attributes.find((one) => one.name === 'dispatched_at');
        assert.match(dispatched.text, /^20[0-9]{2}-/, 'a time is a time');

        const handler = roles[HANDLER];
        assert.equal((await handler.get(`/api/v1/cases/${item.id}`)).status, 200, 'who has a task sees the case');
        assert.ok((await handler.get('/api/v1/cases?mine=tasks')).json.items.some((one) => one.id === item.id));
        const own = (await handler.get('/api/v1/tasks?open=true')).json.items;
        assert.deepEqual(own.filter((one) => one.case === item.id).map((one) => [one.number, one.party.code, one.open]), [[`${item.number}-1`, 'urban-management', true]]);
        const task = (await handler.get(`/api/v1/tasks/${item.number}-1`)).json;
        assert.equal(task.history.length, 0);
        assert.equal((await roles['410103003005-secretary'].get(`/api/v1/tasks/${item.number}-1`)).status, 404);
        assert.equal((await roles['410103003005-secretary'].get('/api/v1/tasks?party=urban-management')).json.items.filter((one) => one.case === item.id).length, 0);
        assert.equal((await admin.get('/api/v1/tasks')).status, 400, 'nobody\'s key names whose');
        assert.equal((await handler.get('/api/v1/tasks/nothing-1')).status, 404);
        assert.ok((await admin.get('/api/v1/tasks?party=urban-management&limit=1')).json.next !== undefined);
        await act(HANDLER, item.id, { action: 'arrive', text: '两人到场' }, `/api/v1/tasks/${item.number}-1`);
        const arrived = (await handler.get(`/api/v1/tasks/${item.number}-1`)).json;
        assert.deepEqual(arrived.history.map((one) => one.said.map((word) => word.text)), [['两人到场']]);
        const english = (await house.client(COORDINATOR, { english: true }).get(`/api/v1/cases/${item.id}`)).json;
        assert.ok(english.clocks.length === json.clocks.length - 1 && english.clocks.every((one) => /^[ -~]+$/.test(one.title)), JSON.stringify(english.clocks));
    });
    it('an approval that is waited for: what, whose step, who asked', async () => {
        const item = await say({ category: plain, area: GRID });
        await act(LEADER, item.id, { action: 'accept' });
        await act(LEADER, item.id, { action: 'ask_extension', days: 2, text: '等配件' });
        const { json } = await roles[LEADER].get(`/api/v1/cases/${item.id}`);
        assert.equal(json.approval.asked_by.code, LEADER);
        assert.equal(json.approval.step, 1);
        assert.ok(json.approval.title !== '' && json.approval.post !== null, JSON.stringify(json.approval));
        const told = (await roles[LEADER].get('/api/v1/inbox?limit=500')).json.items.find((one) => one.case === item.id);
        assert.ok(told.clock.title !== '' && told.now !== null, JSON.stringify(told));
    });
    it('lists by party, by what it waits for', async () => {
        const item = await say({ category: plain, area: GRID, reporter: { name: '某居民', phone: '13800000000' } });
        await act(LEADER, item.id, { action: 'accept' });
        await act(LEADER, item.id, { action: 'ask_reporter', text: '请问是几单元？' });
        const own = (await house.client().get(`/api/v1/reports/${item.number}?code=${item.code}`)).json;
        assert.equal(own.question, '请问是几单元？');
        assert.equal(own.waits_for.code, 'reporter');
        assert.ok(own.due_at === null && own.stands_since !== null, JSON.stringify(own));
        assert.ok(own.history.at(-1).text.includes('请问是几单元？'));
        assert.ok(own.steps_left > 0);
        const waiting = (await roles[LEADER].get('/api/v1/cases?face=reporter')).json.items;
        assert.ok(waiting.some((one) => one.id === item.id && one.face.code === 'reporter' && one.face.name !== 'reporter'));
        assert.ok((await roles[LEADER].get('/api/v1/cases?face=unit')).json.items.every((one) => one.id !== item.id));
        assert.equal((await roles[LEADER].get('/api/v1/cases?mine=everything')).status, 400);
        assert.equal((await roles[LEADER].get('/api/v1/cases?party=mine')).status, 400);
        assert.equal((await admin.get('/api/v1/cases?mine=tasks')).status, 400);
        assert.ok(Array.isArray((await roles[HANDLER].get('/api/v1/cases?party=mine')).json.items));
        assert.equal((await roles[HANDLER].get('/api/v1/cases?party=urban-management&area=410103')).status, 403);
    });
    it('merged: each shows the other to who may see both', async () => {
        const master = await say({ category: plain, area: GRID }), item = await say({ category: plain, area: GRID });
        await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'merge', master: master.number });
        const one = (await roles[`${COMMUNITY}-secretary`].get(`/api/v1/cases/${item.id}`)).json;
        assert.deepEqual(one.relations.map((each) => [each.relation, each.id]), [['master', master.id]]);
        const other = (await roles[`${COMMUNITY}-secretary`].get(`/api/v1/cases/${master.id}`)).json;
        assert.deepEqual(other.relations.map((each) => [each.relation, each.id]), [['merged', item.id]]);
        const follows = async () => (await house.client().get(`/api/v1/reports/${item.number}?code=${item.code}`)).json;
        assert.equal((await follows()).merged, true);
        const before = await follows();
        await act(LEADER, master.id, { action: 'accept' });
        const after = await follows();
        assert.equal(after.history.length, before.history.length + 1, 'whoever said it follows the master');
        assert.notEqual(after.state_text, before.state_text);
    });
    it('merged into what they may not see: staff read how their own report stands, and nothing of the master', async () => {
        const dispatcher = roles[`${COMMUNITY}-dispatcher`];
        const master = await say({ category: plain, area: GRID }), item = await say({ category: plain, area: `${COMMUNITY}004` });
        await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'merge', master: master.number });
        await act(LEADER, master.id, { action: 'accept' });
        assert.equal((await dispatcher.get(`/api/v1/reports/${item.number}`)).json.state, 'working', 'the master\'s');
        await act(`${COMMUNITY}-secretary`, master.id, { action: 'restrict', text: '涉及个人' });
        const { json } = await dispatcher.get(`/api/v1/reports/${item.number}`);
        assert.deepEqual([json.state, json.area.code, json.history.at(-1).state], ['merged', `${COMMUNITY}004`, 'merged'], JSON.stringify(json));
        const chief = (await roles[`${COMMUNITY}-secretary`].get(`/api/v1/reports/${item.number}`)).json;
        assert.deepEqual([chief.state, chief.area.code], ['working', GRID], 'who may see it');
    });
    it('parts of what their report was merged into: whoever reported reads how they go, not what others said', async () => {
        const master = await say({ category: plain, area: GRID }), item = await say({ category: plain, area: GRID });
        const said = `只给本人看 ${Math.random()}`;
        await act(`${COMMUNITY}-dispatcher`, master.id, { action: 'split_off', text: said, category: plain, area: GRID });
        await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'merge', master: master.number });
        const parts = async (one) => (await house.client().get(`/api/v1/reports/${one.number}?code=${one.code}`)).json.parts;
        assert.deepEqual((await parts(master)).map((one) => one.text), [said]);
        const others = await parts(item);
        assert.deepEqual(others.map((one) => one.text), [null]);
        assert.notEqual(others[0].state_text, '');
    });
    it('屏蔽内容: what was said and done reads so to all but those who may hide it; the rows stay', async () => {
        const secret = `隐私${Math.random()}`, hidden = '内容已屏蔽', DISPATCHER = `${COMMUNITY}-dispatcher`, SECRETARY = `${COMMUNITY}-secretary`;
        const item = await say({ category: plain, area: GRID, text: `${secret} 一`, address: `${secret} 二号楼` });
        const other = await say({ category: plain, area: GRID });
        await act(DISPATCHER, other.id, { action: 'merge', master: item.number });
        await act(LEADER, item.id, { action: 'accept' });
        await act(COORDINATOR, item.id, { action: 'blow_whistle', text: `${secret} 三`, tasks: [{ party: 'urban-management', text: `${secret} 四` }] });
        await act(SECRETARY, item.id, { action: 'progress', text: `${secret} 六` });
        const places = { [LEADER]: ['/inbox'], [DISPATCHER]: ['/events', '/inbox'], [SECRETARY]: ['/events'], [HANDLER]: ['/tasks?open=true', '/inbox'], system: ['/events'] };
        const everything = async (role) => {
            const said = await Promise.all([`/cases/${item.id}`, `/reports/${item.number}`, `/cases/${other.id}`, `/tasks/${item.number}-1`, `/cases?report=${item.number}`].map(async (path) => (await roles[role].get(`/api/v1${path}`)).text));
            const lists = await Promise.all((places[role] ?? []).map((path) => pages(roles[role], `/api/v1${path}`)));
            return said.join() + JSON.stringify(lists);
        };
        for (const role of Object.keys(places))
            assert.ok((await everything(role)).includes(secret), `${role}, before`);
        await act(COORDINATOR, item.id, { action: 'redact', reason: 'privacy', text: `${secret} 七` });
        await house.drain();
        for (const role of Object.keys(places)) {
            const all = await everything(role);
            assert.ok(!all.includes(secret), `${role}: ${all.slice(Math.max(0, all.indexOf(secret) - 300), all.indexOf(secret) + 40)}`);
            assert.ok(all.includes(hidden), role);
        }
        const { json } = await roles[LEADER].get(`/api/v1/cases/${item.id}`);
        assert.deepEqual([json.title, json.redacted, json.reports[0].text, json.reports[0].address, json.tasks[0].text], [hidden, true, hidden, hidden, hidden]);
        assert.ok(json.history.some((one) => one.type === 'case.redacted') && json.history.every((one) => one.said.length === 0), JSON.stringify(json.history));
        const told = (await pages(roles[LEADER], '/api/v1/inbox')).find((one) => one.case === item.id);
        assert.ok(told.title === hidden && told.text.endsWith(hidden), JSON.stringify(told));
        const events = (await pages(roles[SECRETARY], '/api/v1/events')).filter((one) => one.case === item.id);
        assert.equal(events.length, json.history.length, 'each event is still there');
        assert.ok(events.every((one) => one.data.input === undefined && one.data.facts === undefined));
        const own = (await house.client().get(`/api/v1/reports/${item.number}?code=${item.code}`)).json;
        assert.deepEqual([own.text, own.redacted], [hidden, true], 'whoever said it reads that it was hidden');
        assert.equal((await house.client(LEADER, { english: true }).get(`/api/v1/cases/${item.id}`)).json.title, 'Content hidden');
        for (const role of [COORDINATOR, '410103-supervisor', 'administrator']) {
            const seen = (await roles[role].get(`/api/v1/cases/${item.id}`)).json;
            assert.deepEqual([seen.title.includes(secret), seen.redacted, seen.reports[0].text, seen.tasks[0].text], [true, false, `${secret} 一`, `${secret} 四`], role);
            assert.ok(seen.history.some((one) => one.said.some((each) => each.text === `${secret} 六`)), role);
            assert.ok((await pages(roles[role], '/api/v1/events')).some((one) => one.case === item.id && one.data.input?.text === `${secret} 六`), role);
        }
        assert.deepEqual(await house.sql(`SELECT text, address FROM reports WHERE id = ${item.id}`), [[`${secret} 一`, `${secret} 二号楼`]]);
    });
    it('of a restricted matter its reporter reads neutral words', async () => {
        const item = await say({ category: 'neighbour-dispute', area: GRID });
        const { json } = await house.client().get(`/api/v1/reports/${item.number}?code=${item.code}`);
        assert.equal(json.category, null);
        assert.equal(json.state_text, '正在按规定办理');
        assert.ok(json.history.length > 0 && json.history.every((one) => one.text === '正在按规定办理'), JSON.stringify(json.history));
    });
    it('what happens next: whose turn it is, by when, how many steps are left', async () => {
        const item = await say({ category: plain, area: GRID });
        const next = async () => (await roles[`${COMMUNITY}-secretary`].get(`/api/v1/cases/${item.id}`)).json.next;
        const first = await next();
        assert.equal(first.duties[0].holder.code, LEADER);
        assert.ok(first.duties.every((one, i, all) => i === 0 || all[i - 1].due_at <= one.due_at));
        await act(LEADER, item.id, { action: 'accept' });
        assert.equal((await next()).steps_left, first.steps_left - 1);
        await act(LEADER, item.id, { action: 'resolve', text: '已清理' });
        const later = await next();
        assert.equal(later.steps_left, first.steps_left - 2);
        const verify = later.duties.find((one) => one.name === 'verify');
        assert.deepEqual([verify.post, verify.post_text], ['secretary', '二级网格长']);
    });
    it('what happens next, for whoever said it: who does what by when, how many steps are left', async () => {
        const item = await say({ category: plain, area: GRID, reporter: { name: '某居民', phone: '13800000002' } });
        const own = async (english = false) => (await house.client(undefined, { english }).get(`/api/v1/reports/${item.number}?code=${item.code}`)).json;
        const first = await own(), { clocks } = (await roles[LEADER].get(`/api/v1/cases/${item.id}`)).json;
        const due = (name) => clocks.find((one) => one.name === name).due_at;
        assert.deepEqual(first.duties.map((one) => [one.name, one.text, one.due_at]).filter(([name]) => ['accept', 'answer'].includes(name)),
            [['accept', '承办人接单', due('accept')], ['answer', '向您答复办理结果', due('answer')]]);
        assert.ok(first.duties.every((one, i, all) => !one.overdue && (i === 0 || all[i - 1].due_at <= one.due_at)), JSON.stringify(first.duties));
        assert.ok(first.steps_left > 0);
        assert.equal((await own(true)).duties[0].text, 'The person responsible takes it on');
        await act(LEADER, item.id, { action: 'accept' });
        assert.equal((await own()).duties[0].text, '承办人与您联系');
        const dispute = await say({ category: 'neighbour-dispute', area: GRID });
        assert.deepEqual((await house.client().get(`/api/v1/reports/${dispute.number}?code=${dispute.code}`)).json.duties, [], 'others look over their shoulder');
    });
    // 自采自处: who saw it did it, and nobody asked for it.
    const spotted = async (role, more) => {
        const said = await house.client(role).post('/api/v1/reports', { text: `随手清理 ${Math.random()}`, channel: 'patrol', ...more });
        const item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${said.json.number}`)).json.items[0]);
        await act(role, item.id, { action: 'self_handle', text: '当场清理' });
        return item;
    };
    it('how long such cases took: nothing below 20, then with the number of samples', async () => {
        const category = (await admin.get('/api/v1/categories')).json.items.filter((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted && one.workflow === 'request').at(-1).code;
        const items = [];
        for (let i = 0; i < 21; i++)
            items.push(await say({ category, area: GRID }));
        const usual = async () => (await admin.get(`/api/v1/cases/${items[20].id}`)).json.next.usual;
        const finish = async (item) => {
            await act(LEADER, item.id, { action: 'accept' });
            await act(LEADER, item.id, { action: 'resolve', text: '办好' });
            await act(`${COMMUNITY}-secretary`, item.id, { action: 'verify' });
            await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'close' });
        };
        for (const item of items.slice(0, 19))
            await finish(item);
        await house.drain();
        assert.equal(await usual(), null);
        await finish(items[19]);
        const told = await waitFor('twenty samples', usual);
        assert.equal(told.samples, 20);
        assert.ok(told.p50_hours <= told.p90_hours && told.text.includes('20'), JSON.stringify(told));
        const own = (await house.client().get(`/api/v1/reports/${items[20].number}?code=${items[20].code}`)).json;
        assert.equal(own.usual.samples, 20);
        await spotted(LEADER, { category, area: GRID });
        await house.drain();
        assert.equal((await usual()).samples, 20, 'what was solved on the spot says nothing of how long such cases take');
    });

    // ---- rates

    const READERS = `${COMMUNITY}-secretary`;
    const rates = async (query = '') => {
        const { status, json, text } = await roles[READERS].get(`/api/v1/rates?area=${COMMUNITY}006${query}`);
        assert.equal(status, 200, text);
        return Object.fromEntries(json.rates.map((one) => [one.rate, one.items]));
    };
    const behind = async (rate, part, more = '') => (await pages(roles[READERS], `/api/v1/rates/cases?rate=${rate}&part=${part}&area=${COMMUNITY}006${more}`)).map((one) => one.id).sort();
    const finished = async (more, steps = {}) => {
        const holder = `${COMMUNITY}006-leader`;
        let item = await say({ category: plain, area: `${COMMUNITY}006`, ...more });
        if (steps.returned) {
            await act(holder, item.id, { action: 'return', reason: 'not-duty', text: '不属本格' });
            await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'dispatch', area: `${COMMUNITY}006`, holder });
        }
        await act(holder, item.id, { action: 'accept' });
        if (steps.contacted)
            await act(holder, item.id, { action: 'reach', way: 'phone', text: '已电话联系' });
        await act(holder, item.id, { action: 'resolve', text: '办好' });
        await act(READERS, item.id, { action: 'verify' });
        if (steps.said !== undefined)
            await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'call_back', contacted: true, ...steps.said });
        if (steps.said?.solved === false) { // back to work, and done
            await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'dissatisfied', text: '未解决' });
            await act(holder, item.id, { action: 'resolve', text: '再次办理' });
            await act(READERS, item.id, { action: 'verify' });
        }
        await act(`${COMMUNITY}-dispatcher`, item.id, { action: 'close' });
        return item;
    };
    it('rates: numerators, denominators and what is left out, and the cases behind them', async () => {
        const reporter = { name: '某居民', phone: '13800000001' };
        const happy = await finished({ reporter }, { contacted: true, said: { solved: true, score: 5 } });
        const unhappy = await finished({ reporter }, { said: { solved: false, score: 2 } });
        const silent = await finished({ reporter });
        const back = await finished({}, { returned: true });
        const trained = await finished({ training: true });
        const spot = await spotted(`${COMMUNITY}006-leader`, { category: plain, area: `${COMMUNITY}006` });
        const found = await waitFor('the rates', async () => {
            const now = await rates();
            return (now['first-dispatch'][0]?.denominator ?? 0) + (now['first-dispatch'][0]?.excluded.length ?? 0) >= 6 ? now : undefined;
        });
        const figure = (rate) => [found[rate][0].numerator, found[rate][0].denominator, Object.fromEntries(found[rate][0].excluded.map((one) => [one.why, one.cases]))];
        assert.deepEqual(figure('response'), [1, 3, { 'no-reporter': 1, 'self-handled': 1, training: 1 }]);
        assert.deepEqual(figure('solved'), [1, 2, { training: 1, unrated: 2 }]);
        assert.deepEqual(figure('satisfied'), [1, 2, { training: 1, unrated: 2 }], 'unrated is never satisfied');
        assert.deepEqual(figure('on-time'), [4, 4, { 'self-handled': 1, training: 1 }]);
        assert.deepEqual(figure('first-dispatch'), [3, 4, { 'self-handled': 1, training: 1 }]);
        assert.deepEqual(figure('return'), [1, 4, { 'self-handled': 1, training: 1 }]);
        assert.deepEqual(figure('reopen'), [0, 4, { 'self-handled': 1, training: 1 }]);
        assert.deepEqual(figure('self-handled'), [1, 5, { training: 1 }]);
        assert.deepEqual(await behind('self-handled', 'numerator'), [spot.id]);
        assert.equal(found.solved[0].value, 0.5);
        assert.deepEqual(await behind('satisfied', 'numerator'), [happy.id]);
        assert.deepEqual(await behind('satisfied', 'missed'), [unhappy.id]);
        assert.deepEqual(await behind('satisfied', 'excluded', '&why=unrated'), [silent.id, back.id].sort());
        assert.deepEqual(await behind('return', 'numerator'), [back.id]);
        assert.deepEqual(await behind('return', 'excluded', '&why=training'), [trained.id]);
        assert.deepEqual(await behind('return', 'denominator', '&party=none'), [happy.id, unhappy.id, silent.id, back.id].sort(), 'the key null of by=party');
        assert.deepEqual(await behind('return', 'denominator', '&party=urban-management'), []);
        assert.deepEqual(await behind('return', 'denominator', '&category=none'), []);
        for (const by of ['area', 'party', 'category', 'day']) {
            const parts = (await rates(`&rate=return&by=${by}`)).return;
            assert.equal(parts.reduce((sum, one) => sum + one.denominator, 0), 4, by);
            assert.equal(by === 'party' ? parts[0].key : typeof parts[0].key.code, by === 'party' ? null : 'string', by);
        }
        // What an older version of the rules said stays, and is read beside what those in force say.
        const { version } = (await roles[READERS].get('/api/v1/rates')).json;
        assert.equal((await roles[READERS].get(`/api/v1/rates?version=${version + 1}`)).status, 400);
        assert.equal((await roles[READERS].get(`/api/v1/rates/cases?rate=return&version=${version + 1}`)).status, 400);
        assert.equal((await roles[READERS].get('/api/v1/rates?version=x')).status, 400);
        await house.sql(`INSERT INTO rollup_cursor VALUES ('rates.${version - 1}', '0', 0, 0, '', '-infinity')`);
        await house.sql(`INSERT INTO rate_facts (version, rate, case_id, day, area, category, part)
            SELECT ${version - 1}, rate, case_id, day, area, category, 1 FROM rate_facts WHERE rate = 'return' AND case_id = ${silent.id}`);
        const old = (await roles[READERS].get(`/api/v1/rates?area=${COMMUNITY}006&rate=return&version=${version - 1}`)).json;
        assert.deepEqual([old.version, old.versions, old.rates[0].items[0].numerator, old.rates[0].items[0].denominator], [version - 1, [version - 1, version], 1, 1]);
        assert.deepEqual(await behind('return', 'numerator', `&version=${version - 1}`), [silent.id]);
        await house.sql(`DELETE FROM rate_facts WHERE version = ${version - 1}`);
        await house.sql(`DELETE FROM rollup_cursor WHERE name = 'rates.${version - 1}'`);
        // What was judged as the log grew is what the whole log gives at once.
        const facts = async () => JSON.stringify(await house.sql('SELECT rate, case_id, day, area, category, party, part, why FROM rate_facts ORDER BY 1, 2'));
        const before = await facts();
        await house.sql("DELETE FROM rate_facts");
        await house.sql("UPDATE rollup_cursor SET xid = '0', case_id = 0, n = 0, owner = '', due_at = '-infinity' WHERE name LIKE 'rates.%'");
        await waitFor('the rates anew', async () => await facts() === before);
    });
    it('a restricted case is in no rate; nobody asks for persons', async () => {
        assert.deepEqual(await house.sql('SELECT count(*) FROM rate_facts f JOIN cases c ON c.id = f.case_id WHERE c.restricted'), [['0']]);
        for (const query of ['by=staff', 'by=holder', 'rate=log-ins', 'from=2026-02-30', 'holder=me'])
            assert.equal((await roles[READERS].get(`/api/v1/rates?${query}`)).status, 400, query);
        assert.equal((await roles[READERS].get('/api/v1/rates?area=410103003005')).status, 403);
        assert.equal((await roles[READERS].get('/api/v1/rates/cases?rate=return&area=410103003005')).status, 403);
        assert.equal((await roles[READERS].get('/api/v1/rates/cases')).status, 400);
        assert.equal((await roles[READERS].get('/api/v1/rates/cases?rate=return&part=most')).status, 400);
        const columns = await house.sql("SELECT column_name FROM information_schema.columns WHERE table_name IN ('rate_facts', 'durations')");
        assert.ok(columns.every(([name]) => !/staff|holder|actor|resolver|reporter/.test(name)), columns.join());
    });
});
