// POST /cases/{id}/actions: what each refusal says, and that an action happens once. Races: two hands at one case; a
// retry after a lost answer; a view that has become stale.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012', GRID = '410103007012004';

describe('actions', () => {
    let house, admin, leader, secretary, dispatcher, category, point;
    before(async () => {
        house = await Instance.shared({ name: 'actions' });
        admin = house.client('admin');
        leader = house.client(`${GRID}-leader`);
        secretary = house.client(`${COMMUNITY}-secretary`);
        dispatcher = house.client(`${COMMUNITY}-dispatcher`);
        category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
        point = (await admin.get(`/api/v1/areas/${GRID}`)).json.properties.point;
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const open = async (more = {}) => {
        const report = (await admin.post('/api/v1/reports', { text: '办一件事', lon: point[0], lat: point[1], category, ...more })).json;
        return waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${report.number}`)).json.items[0]);
    };
    const etag = async (id) => (await admin.get(`/api/v1/cases/${id}`)).headers.etag;
    const post = (client, id, body, match, headers = {}) => client.send('POST', `/api/v1/cases/${id}/actions`, { body, headers: { ...(match ? { 'If-Match': match } : {}), ...headers } });
    const events = (id) => house.count(`events WHERE case_id = ${id}`);

    it('GET and POST name the same version', async () => {
        const { id } = await open();
        assert.equal((await leader.get(`/api/v1/cases/${id}/actions`)).headers.etag, await etag(id));
    });
    it('without If-Match: 428', async () => {
        const { id } = await open();
        assert.equal((await post(leader, id, { action: 'accept' })).status, 428);
    });
    it('stale: 412 with what happened since', async () => {
        const { id } = await open();
        const first = await etag(id);
        assert.equal((await post(leader, id, { action: 'accept' }, first)).status, 200);
        const stale = await post(leader, id, { action: 'resolve', text: '好了' }, first);
        assert.equal(stale.status, 412, stale.text);
        assert.deepEqual(stale.json.since.map((one) => one.n), [2]);
        assert.equal(await events(id), 2);
    });
    it('illegal in this state: 409 with what is legal', async () => {
        const { id } = await open();
        const answer = await post(leader, id, { action: 'resolve', text: '好了' }, await etag(id));
        assert.equal(answer.status, 409, answer.text);
        assert.ok(answer.json.legal.includes('accept'));
        assert.equal(await events(id), 1);
    });
    it('an action that nobody knows, fields that it does not have, fields that are missing: 422, all named', async () => {
        const { id } = await open();
        const match = await etag(id);
        assert.equal((await post(leader, id, { action: 'explode' }, match)).status, 422);
        assert.equal((await post(leader, id, {}, match)).status, 422);
        const answer = await post(leader, id, { action: 'accept', colour: 'red', size: 1 }, match);
        assert.equal(answer.status, 422);
        assert.deepEqual(answer.json.errors.map((one) => one.pointer).sort(), ['/colour', '/size']);
        assert.equal((await post(leader, id, { action: 'accept' }, match)).status, 200);
        const missing = await post(leader, id, { action: 'resolve' }, await etag(id));
        assert.equal(missing.status, 422, missing.text);
        assert.deepEqual(missing.json.errors.map((one) => one.pointer), ['/text']);
        const waiting = await open({ category: undefined });
        const wrong = await post(dispatcher, waiting.id, { action: 'dispatch', category: 'no-such', area: '999999', holder: 'nobody' }, await etag(waiting.id));
        assert.equal(wrong.status, 422, wrong.text);
        assert.deepEqual(wrong.json.errors.map((one) => one.pointer).sort(), ['/area', '/category', '/holder']);
    });
    it('broken JSON 400, another content type 415, too large 413, a faulty If-Match 400 or 412', async () => {
        const { id } = await open();
        const match = await etag(id);
        assert.equal((await leader.send('POST', `/api/v1/cases/${id}/actions`, { body: '{"action":', type: 'application/json', headers: { 'If-Match': match } })).status, 400);
        assert.equal((await leader.send('POST', `/api/v1/cases/${id}/actions`, { body: 'x', type: 'text/plain', headers: { 'If-Match': match } })).status, 415);
        assert.equal((await post(leader, id, { action: 'accept', text: 'x'.repeat(1 << 20) }, match)).status, 413);
        for (const wrong of ['x', '"x"', '*', 'W/"1"', '"-1"', '"99999999999999999999"'])
            assert.ok([400, 412].includes((await post(leader, id, { action: 'accept' }, wrong)).status), wrong);
        assert.equal(await events(id), 1);
    });
    it('the same key: the first answer again, whatever If-Match says; with another body 422', async () => {
        const { id } = await open();
        const match = await etag(id), key = { 'Idempotency-Key': `same-${id}` };
        const first = await post(leader, id, { action: 'accept' }, match, key);
        const again = await post(leader, id, { action: 'accept' }, match, key);
        assert.equal(first.status, 200, first.text);
        assert.equal(again.status, 200, again.text);
        assert.equal(again.headers['idempotency-replayed'], 'true');
        assert.deepEqual(again.json.event, first.json.event);
        assert.equal((await post(leader, id, { action: 'resolve', text: '好了' }, await etag(id), key)).status, 422);
        assert.equal(await events(id), 2);
    });
    it('twenty hands at once: one step', async () => {
        const { id } = await open();
        const match = await etag(id);
        const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => post(leader, id, { action: 'accept' }, match, { 'Idempotency-Key': `hand-${id}-${i}` })));
        assert.equal(answers.filter((answer) => answer.status === 200).length, 1);
        assert.ok(answers.every((answer) => [200, 412, 409].includes(answer.status)), answers.map((answer) => answer.status).join());
        assert.equal(await events(id), 2);
    });
    it('the same hand twenty times at once: one step, one answer', async () => {
        const { id } = await open();
        const match = await etag(id);
        const answers = await Promise.all(Array.from({ length: 20 }, () => post(leader, id, { action: 'accept' }, match, { 'Idempotency-Key': `one-${id}` })));
        assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
        assert.equal(new Set(answers.map((answer) => answer.json.event.n)).size, 1);
        assert.equal(await events(id), 2);
    });
    it('steps of many cases in one batch are all made', async () => {
        const cases = await Promise.all(Array.from({ length: 60 }, () => open()));
        const answers = await Promise.all(cases.map((one) => post(leader, one.id, { action: 'accept' }, '"1"')));
        assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [200]);
    });
    it('the dispatcher may name category, area and holder', async () => {
        const item = await open({ category: undefined, lat: undefined, lon: undefined, area: COMMUNITY });
        const answer = await post(dispatcher, item.id, { action: 'dispatch', category, area: GRID, holder: `${GRID}-leader` }, await etag(item.id));
        assert.equal(answer.status, 200, answer.text);
        assert.equal(answer.json.case.holder, `${GRID}-leader`);
        assert.equal(answer.json.case.area, GRID);
    });
    it('a handover is taken back by its author at once: holder and clocks as before, both are told; by nobody else, and not once something followed', async () => {
        const { id } = await open(), OTHER = `${COMMUNITY}008-leader`, other = house.client(OTHER);
        const row = async () => {
            const { state, holder } = (await admin.get(`/api/v1/cases/${id}`)).json;
            return { state, holder: holder.code, clocks: (await admin.get(`/api/v1/cases/${id}/clocks`)).json.clocks.map((one) => [one.clock, one.due_at, one.state]) };
        };
        const takeBack = async (client) => (await post(client, id, { action: 'take_back' }, await etag(id))).status;
        const handover = async () => {
            const answer = await post(secretary, id, { action: 'handover', holder: OTHER, text: '请代为办理。' }, await etag(id));
            assert.equal(answer.status, 200, answer.text);
        };
        const told = (client, rule) => waitFor(rule, async () => (await client.get('/api/v1/inbox?limit=500')).json.items.find((one) => one.case === id && one.rule === rule));
        const before = await row();
        assert.equal(before.holder, `${GRID}-leader`);
        assert.ok(before.clocks.length > 0);
        await handover();
        assert.equal((await row()).holder, OTHER);
        assert.equal(await takeBack(other), 403, 'whoever got it did not hand it over');
        assert.equal(await takeBack(secretary), 200);
        assert.deepEqual(await row(), before);
        await told(other, 'taken-away');
        await told(leader, 'news');
        assert.equal(await takeBack(secretary), 409, 'what was taken back is not brought back so');
        await handover();
        assert.equal((await post(other, id, { action: 'progress', text: '已联系。' }, await etag(id))).status, 200);
        assert.equal(await takeBack(secretary), 403, 'the last act is not theirs');
        assert.equal(await takeBack(other), 409, 'a note is not taken back');
        assert.equal((await row()).holder, OTHER);
    });
    it('what lies in the log is what was done, and replays to the row', async () => {
        const { id } = await open();
        await post(leader, id, { action: 'accept' }, await etag(id));
        await post(leader, id, { action: 'resolve', text: '已处理' }, await etag(id));
        await post(secretary, id, { action: 'verify' }, await etag(id));
        await post(dispatcher, id, { action: 'close' }, await etag(id));
        const { history, state } = (await admin.get(`/api/v1/cases/${id}`)).json;
        assert.equal(state, 'closed');
        assert.deepEqual(history.map((one) => one.type), ['case.opened', 'case.accepted', 'case.resolved', 'case.verified', 'case.closed']);
        assert.deepEqual(history.map((one) => one.actor?.code ?? null), [null, `${GRID}-leader`, `${GRID}-leader`, `${COMMUNITY}-secretary`, `${COMMUNITY}-dispatcher`]);
    });
});
