// The doors at which people act: of a case, of a task, of a report. Each flaw of a request is refused with a problem type of its
// own, and nothing is written: no session, an ended one, a link for something else or over, another area, a lower role, no
// If-Match, a stale one, a key that was used with another body, a wrong code, a task that is not there.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { Person, Reporter, problem } from '../lib/person.mjs';
import { waitFor } from '../lib/wait.mjs';

const GRID = '410103007012003', COMMUNITY = '410103007012', STREET = '410103007', ELSEWHERE = '410103003005002';

describe('doors', () => {
    let house, leader, secretary, coordinator, stranger, handler, report, task;
    before(async () => {
        house = await Instance.shared({ name: 'doors' });
        [leader, secretary, coordinator, stranger, handler] = [`${GRID}-leader`, `${COMMUNITY}-secretary`, `${STREET}-coordinator`, `${ELSEWHERE}-leader`, 'cleaning-handler']
            .map((code) => new Person(house, code));
        report = await leader.reports('院里有积水。', { category: 'pothole', area: GRID, reporter: { phone: '000-0000' } }, undefined);
        await leader.does(report.id, 'accept');
        await leader.does(report.id, 'study', { attendees: ['网格长'], at: '2026-03-02T09:00:00+08:00', text: '请保洁清扫。', tasks: [{ party: 'cleaning', text: '清扫' }] });
        task = `${report.number}-1`;
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const CASE = () => `/api/v1/cases/${report.id}/actions`, TASK = () => `/api/v1/tasks/${task}/actions`, REPORT = () => `/api/v1/reports/${report.number}/actions`;
    const events = () => house.count(`events WHERE case_id = ${report.id}`);
    /** What each of the answers is refused with; nothing was written. */
    const refused = async (wanted, answers) => {
        const n = await events();
        for (const [what, ask] of Object.entries(answers)) {
            const answer = await ask();
            assert.equal(problem(answer), wanted, `${what}: ${answer.status} ${answer.text}`);
        }
        assert.equal(await events(), n);
    };
    const match = async (thing) => (await leader.legal(thing)).headers.etag;

    it('nobody: a key, a session or a code is needed', async () => {
        const nobody = house.client();
        await refused('key-required', { 'GET case': () => nobody.get(CASE()), 'POST case': () => nobody.post(CASE(), { action: 'resolve' }), clocks: () => nobody.get(`/api/v1/cases/${report.id}/clocks`),
            'GET task': () => nobody.get(TASK()), 'POST task': () => nobody.post(TASK(), { action: 'answer' }) });
        await refused('code-required', { 'GET report': () => nobody.get(REPORT()), 'POST report': () => nobody.post(REPORT(), { action: 'urge' }),
            'GET report with a key': () => leader.client.get(REPORT()), 'POST report with a key': () => leader.client.post(REPORT(), { action: 'urge' }) });
        const ended = { headers: { Cookie: `wangge_session=${'A'.repeat(43)}` } };
        await refused('session-expired', { case: () => nobody.get(CASE(), ended), task: () => nobody.get(TASK(), ended), clocks: () => nobody.get(`/api/v1/cases/${report.id}/clocks`, ended) });
        const wrong = house.client(undefined, { key: `wg_${'C'.repeat(43)}` });
        await refused('key-wrong', { case: () => wrong.get(CASE()), task: () => wrong.post(TASK(), { action: 'answer' }), report: () => wrong.get(REPORT()) });
    });
    it('a link for something else, and one that is over', async () => {
        const other = await leader.reports('别的事。', { category: 'pothole', area: GRID }, undefined);
        const link = await leader.link(stranger.code, { case: other.id }, '看一下');
        await refused('link-other-object', { case: () => link.client.get(CASE()), 'POST case': () => link.client.post(CASE(), { action: 'resolve' }), task: () => link.client.get(TASK()),
            'POST task': () => link.client.post(TASK(), { action: 'answer', text: 'x' }), clocks: () => link.client.get(`/api/v1/cases/${report.id}/clocks`), report: () => link.client.get(REPORT()),
            'POST report': () => link.client.post(REPORT(), { action: 'urge' }) });
        assert.equal((await link.client.get(`/api/v1/cases/${other.id}/actions`)).status, 200);
        assert.equal((await link.client.get(`/api/v1/cases/${other.id}/clocks`)).status, 200);
        assert.equal((await leader.client.send('DELETE', `/api/v1/links/${link.id}`)).status, 204);
        await waitFor('silence', async () => problem(await link.client.get(`/api/v1/cases/${other.id}/actions`)) === 'link-expired', { everyMs: 300 });
        await refused('link-expired', { case: () => link.client.post(`/api/v1/cases/${other.id}/actions`, { action: 'accept' }) });
    });
    it('another area, what is not there, a lower role', async () => {
        await refused('unknown-case', { elsewhere: () => stranger.client.get(CASE()), 'POST elsewhere': () => stranger.client.post(CASE(), { action: 'resolve', text: 'x' }, { headers: { 'If-Match': '"2"' } }),
            clocks: () => stranger.client.get(`/api/v1/cases/${report.id}/clocks`), 'no such': () => leader.client.get('/api/v1/cases/999999999999/clocks') });
        await refused('unknown-task', { elsewhere: () => stranger.client.get(TASK()), 'POST elsewhere': () => stranger.client.post(TASK(), { action: 'answer', text: 'x' }),
            'no such part': () => leader.client.get(`/api/v1/tasks/${report.number}-7/actions`), 'POST no such part': () => leader.client.post(`/api/v1/tasks/${report.number}-7/actions`, { action: 'remind' }),
            'a case': () => leader.client.get(`/api/v1/tasks/${report.number}/actions`), 'no number': () => leader.client.get('/api/v1/tasks/x/actions') });
        const micro = new Person(house, `${GRID}01-micro-member`);
        await refused('unknown-case', { 'the micro-grid is below it': () => micro.client.get(CASE()) });
        const etag = await match(report.id);
        await refused('not-yours', { secretary: () => secretary.send(report.id, { action: 'resolve', text: 'x' }, etag), 'another answers': () => secretary.send(task, { action: 'answer', text: 'x' }),
            'the administrator': () => house.client('admin').post(CASE(), { action: 'resolve', text: 'x' }, { headers: { 'If-Match': etag } }) });
        await refused('illegal-action', { now: () => leader.send(report.id, { action: 'accept' }, etag), task: () => leader.send(task, { action: 'rate', score: 5 }) });
        await refused('guard', { resolver: () => leader.send(report.id, { action: 'resolve', text: 'x' }, etag) }); // a task is open
    });
    it('without If-Match, and with a stale one; notes ask for none', async () => {
        await refused('if-match-required', { case: () => leader.send(report.id, { action: 'report_up', reason: 'beyond', text: 'x' }) });
        const etag = await match(report.id);
        assert.equal((await leader.send(report.id, { action: 'progress', text: '看过一次' })).status, 200);
        assert.equal(await match(report.id), etag, 'a note makes nobody’s view stale');
        await refused('stale', { case: () => leader.send(report.id, { action: 'report_up', reason: 'beyond', text: 'x' }, '"1"') });
        const stale = await leader.send(report.id, { action: 'report_up', reason: 'beyond', text: 'x' }, '"1"');
        assert.deepEqual(stale.json.since.map((one) => one.n), (await house.sql(`SELECT n FROM events WHERE case_id = ${report.id} AND n > 1 ORDER BY n`)).map(([n]) => Number(n)), 'with what happened since');
        assert.equal(stale.headers.etag, etag);
    });
    it('bodies that are none: 400, 413, 415; fields that do not fit: 422, each by its pointer', async () => {
        for (const [who, path] of [[handler.client, TASK()], [new Reporter(house, report).client, REPORT()]]) {
            await refused('bad-json', { [path]: () => who.send('POST', path, { body: '{"action":', type: 'application/json' }) });
            await refused('unsupported-media-type', { [path]: () => who.send('POST', path, { body: 'x', type: 'text/plain' }) });
            await refused('body-too-large', { [path]: () => who.post(path, { action: 'x'.repeat(1 << 20) }) });
            const faulty = await who.post(path, { action: 'no-such' }, path === TASK() ? { headers: { 'If-Match': await match(report.id) } } : {});
            assert.deepEqual([faulty.status, problem(faulty), faulty.json.errors.map((one) => one.pointer)], [422, 'invalid-action', ['/action']]);
        }
        // What may be an action of a newer version is taken for a deciding one.
        await refused('if-match-required', { task: () => handler.send(task, { action: 'no-such' }) });
        await refused('stale', { task: () => handler.send(task, { action: 'no-such' }, '"1"') });
        const faulty = await handler.send(task, { action: 'answer', colour: 'red' });
        assert.deepEqual([faulty.status, faulty.json.errors.map((one) => one.pointer).sort()], [422, ['/colour', '/text']]);
    });
    it('a task: its actions are notes, which ask for no If-Match; the same key answers the same', async () => {
        const key = { headers: { 'Idempotency-Key': `door-${report.id}` } };
        const first = await handler.client.post(TASK(), { action: 'arrive', text: '一人' }, key);
        assert.equal(first.status, 200, first.text);
        const again = await handler.client.post(TASK(), { action: 'arrive', text: '一人' }, key);
        assert.deepEqual([again.status, again.headers['idempotency-replayed'], again.json.event], [200, 'true', first.json.event]);
        await refused('idempotency-key-reused', { task: () => handler.client.post(TASK(), { action: 'arrive', text: '两人' }, key),
            'another thing': () => handler.client.post(TASK(), { action: 'answer', text: '一人' }, key) });
        await refused('illegal-action', { 'arrives twice': () => handler.client.post(TASK(), { action: 'arrive' }) });
        await coordinator.does(task, 'remind');
    });
    it('whoever said it: a wrong code, another’s code, what is not theirs to do, the same key twice', async () => {
        const who = new Reporter(house, report);
        const other = await leader.reports('第二件。', { category: 'pothole', area: GRID }, undefined);
        const crossed = new Reporter(house, { number: report.number, code: other.code });
        await refused('unknown-report', { get: () => crossed.client.get(REPORT()), post: () => crossed.client.post(REPORT(), { action: 'urge' }),
            'no such number': () => who.client.get('/api/v1/reports/260101-9999-9/actions') });
        await refused('not-yours', { 'the holder’s': () => who.client.post(REPORT(), { action: 'resolve', text: 'x' }) });
        await refused('illegal-action', { 'too early': () => who.client.post(REPORT(), { action: 'rate', solved: true, score: 5 }) });
        const key = { headers: { 'Idempotency-Key': `said-${report.id}` } };
        const first = await who.client.post(REPORT(), { action: 'comment', text: '四号楼也有' }, key);
        assert.equal(first.status, 200, first.text);
        assert.equal((await who.client.post(REPORT(), { action: 'comment', text: '四号楼也有' }, key)).headers['idempotency-replayed'], 'true');
        await refused('idempotency-key-reused', { comment: () => who.client.post(REPORT(), { action: 'comment', text: '五号楼' }, key) });
        // Guessing is slow: five wrong codes a minute.
        const guesser = house.client(undefined, { key: 'Code 00000000' });
        await waitFor('it is stopped', async () => problem(await guesser.get(REPORT())) === 'too-many-attempts');
        assert.equal(problem(await guesser.post(REPORT(), { action: 'withdraw' })), 'too-many-attempts');
    });
});
