// Orders of other systems, with due dates of their own; what is merged and parted again; what was entered by mistake.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012009', COMMUNITY = '410103007012', STREET = '410103007';

export default function orders(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), dispatcher: s.person(`${COMMUNITY}-dispatcher`),
        coordinator: s.person(`${STREET}-coordinator`) });

    it('the external due wins, ours runs a margin earlier; before its window closes an order can be returned', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, dispatcher } = people(s);
        const started = s.now();
        const near = await s.order('路灯不亮。', 'street-light', GRID, { id: 'near', due_at: s.time(1, '17:00'), return_by: s.time(0, '11:00') });
        const far = await s.order('路灯不亮，不急。', 'street-light', GRID, { id: 'far', due_at: s.time(60, '17:00') });
        const mine = await s.says('路灯不亮。', 'street-light', GRID);
        const at = Object.fromEntries(await Promise.all(Object.entries({ near, far, mine }).map(async ([name, { id }]) => [name, (await leader.clocks(id)).resolve.due_at])));
        // Three working days by our rule; the order wants it tomorrow at five, and a fifth of that way is ours.
        assert.equal(at.far.slice(0, 16), at.mine.slice(0, 16), 'an order that gives more time than ours changes nothing');
        const outside = Date.parse(s.time(1, '17:00'));
        const margin = (outside - Date.parse(at.near)) / (outside - started);
        assert.ok(Math.abs(margin - 0.2) < 0.001, `${at.near}: ${margin}`);
        const clocks = await leader.clocks(near.id);
        assert.equal(clocks.resolve.no_later_than, at.near);
        assert.equal(clocks.return_window.due_at, s.time(0, '11:00'));
        await leader.does(near.id, 'accept');
        // In time it goes back to where it came from; an order is never rejected.
        const wrong = await s.order('不在本区。', 'street-light', undefined, { id: 'wrong', due_at: s.time(3, '17:00'), return_by: s.time(0, '11:00') });
        const centre = s.person('410103-dispatcher');
        await centre.cannot(wrong.id, 'reject');
        await centre.does(wrong.id, 'return_source', { reason: 'not-area', text: '地点属邻区。' });
        assert.deepEqual([(await centre.sees(wrong.id)).state, (await centre.sees(wrong.id)).outcome], ['closed', 'returned']);
        const late = await s.order('说不清在哪。', 'street-light', undefined, { id: 'late', due_at: s.time(3, '17:00'), return_by: s.time(0, '11:00') });
        s.at(s.time(0, '11:01'));
        await s.happens(late.id, 'clock.breached', 'window_closes');
        await centre.cannot(late.id, 'return_source', 'reject');
        // A reply to it passes a second pair of eyes before it goes out.
        await leader.does(near.id, 'resolve', { text: '已换灯。' });
        await people(s).secretary.does(near.id, 'verify');
        await dispatcher.cannot(near.id, 'close');
        await dispatcher.does(near.id, 'draft_reply', { text: '您反映的路灯已修复。' });
        await dispatcher.cannot(near.id, 'grant');
        await people(s).secretary.told(near.id, 'asked-approval');
        await people(s).secretary.does(near.id, 'grant', { text: '同意发出' });
        assert.equal((await leader.sees(near.id)).state, 'closed');
        assert.match((await s.reporter(near).sees()).history.at(-1).text, /您反映的路灯已修复/, 'the reply itself');
    });

    it('what came on paper is entered with its own number and due: once, and its due wins', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, dispatcher } = people(s);
        const source = { system: 'petition', id: '郑信2026-17', due_at: s.time(1, '17:00') };
        const paper = await dispatcher.reports('来信反映路灯不亮。', { category: 'street-light', area: GRID, source });
        const { reports: [said] } = await leader.sees(paper.id);
        assert.deepEqual([said.source.system, said.source.id, said.channel], ['petition', '郑信2026-17', 'counter']);
        assert.ok(Date.parse((await leader.clocks(paper.id)).resolve.no_later_than) < Date.parse(source.due_at));
        // Entered at another desk: the same words are the same report, others are refused.
        const again = await s.person(`${STREET}-coordinator`).reports('来信反映路灯不亮。', { category: 'street-light', area: GRID, source });
        assert.equal(again.id, paper.id);
        const other = await leader.client.post('/api/v1/reports', { text: '另一封信。', source });
        assert.deepEqual([other.status, other.json.type], [422, 'urn:wangge:problem:idempotency-key-reused']);
        assert.equal((await leader.client.post('/api/v1/reports', { text: '不知来源。', source: { system: 'unknown', id: '1' } })).status, 422);
    });

    it('并案: two orders of one matter keep their own due and their own answer; unmerged, each goes on', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, dispatcher } = people(s);
        const master = await s.says('楼下噪声扰民。', 'noise-home', GRID);
        const one = await s.order('楼下噪声。', 'noise-home', GRID, { id: 'noise-1', due_at: s.time(9, '17:00') });
        const near = await s.says('另一处噪声。', 'noise-home', GRID);
        const two = await s.order('同一处噪声。', 'noise-home', GRID, { id: 'noise-2', due_at: s.time(16, '17:00') });
        const dues = {};
        for (const { id } of [one, two]) {
            dues[id] = (await leader.clocks(id)).answer.due_at;
            await dispatcher.does(id, 'merge', { master: master.number, text: '同一处。' });
            assert.equal((await leader.sees(id)).state, 'merged');
            assert.equal((await leader.clocks(id)).answer.due_at, dues[id], 'its own due');
            assert.equal((await leader.clocks(id)).resolve.due_at, null);
        }
        assert.notEqual(dues[one.id], dues[two.id]);
        await leader.told(master.id, 'news', 2);
        assert.equal((await s.reporter(one).sees()).state_text, '已派给承办人', 'a merged report tells how the matter itself goes');
        await dispatcher.refused(two.id, 'merge', { master: two.number }, 'illegal-action');

        // Who is no order is answered by the master's reply: a clock of its own would be nobody's to meet.
        const also = await s.says('楼下又吵。', 'noise-home', GRID);
        await dispatcher.does(also.id, 'merge', { master: master.number });
        assert.equal((await leader.clocks(also.id)).answer.due_at, null);
        await leader.told(master.id, 'news', 3);

        // What others went into is not made void, sent away or merged itself: they would be left with nothing.
        for (const [action, fields] of [['void', { reason: 'mistake', text: '误录。' }], ['merge', { master: near.number }]])
            await dispatcher.refused(master.id, action, fields, 'guard');
        // Who was merged speaks on the master: its holder hears them.
        await s.reporter(two).does('comment', { text: '昨晚又吵了。' });
        await leader.told(master.id, 'replied');
        assert.equal((await leader.inbox(two.id, 'replied')).length, 0);

        // The second is another matter after all: it goes on where it stood.
        await dispatcher.does(two.id, 'unmerge', { text: '并非同一户。' });
        assert.equal((await leader.sees(two.id)).state, 'dispatched');
        const clocks = await leader.clocks(two.id);
        assert.equal(clocks.answer.due_at, dues[two.id]);
        assert.ok(clocks.accept.due_at && clocks.resolve.due_at);
        await leader.does(two.id, 'accept');

        // The master is worked on and closed; the order that was merged is answered by itself, seen by a second person.
        await leader.does(master.id, 'accept');
        await leader.does(master.id, 'reach', { way: 'visit' });
        await leader.does(master.id, 'resolve', { text: '已劝导。' });
        await secretary.does(master.id, 'verify');
        await dispatcher.does(master.id, 'close');
        await dispatcher.does(one.id, 'draft_reply', { text: '噪声已劝导。' });
        await secretary.does(one.id, 'grant');
        assert.equal((await leader.clocks(one.id)).answer, undefined);
        assert.equal((await leader.sees(one.id)).history.at(-1).type, 'case.merged_replied');
        // A case is not its own master, and a training case joins no real one.
        const drill = await s.says('演练：噪声。', 'noise-home', GRID, { training: true });
        await dispatcher.refused(drill.id, 'merge', { master: two.number }, 'guard');
        await dispatcher.refused(drill.id, 'merge', { master: drill.number }, 'guard');
        await dispatcher.refused(drill.id, 'merge', { master: '260101-9999-9' }, 'invalid-action');
    });

    it('作废: at once on the day, later with a second person; an order never', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, dispatcher } = people(s);
        const fresh = await s.says('录错了。', 'litter', GRID), old = await s.says('测试。', 'litter', GRID);
        await dispatcher.does(fresh.id, 'void', { reason: 'mistake', text: '误录。' });
        let now = await dispatcher.sees(fresh.id);
        assert.deepEqual([now.state, now.outcome], ['void', 'void']);
        s.nextDay('10:00');
        await dispatcher.does(old.id, 'void', { reason: 'test', text: '测试数据。' });
        assert.equal((await dispatcher.sees(old.id)).state, 'dispatched');
        await dispatcher.cannot(old.id, 'grant');
        await leader.cannot(old.id, 'grant');
        await secretary.does(old.id, 'grant');
        now = await dispatcher.sees(old.id);
        assert.deepEqual([now.state, now.reason], ['void', null]);
        await dispatcher.told(old.id, 'approved');
        await leader.told(old.id, 'taken-away');
        const order = await s.order('工单。', 'litter', GRID, { id: 'void' });
        await dispatcher.refused(order.id, 'void', { reason: 'test', text: '测试。' }, 'guard');
    });

    it('an unreasonable demand is found so by two, and its dissatisfaction does not come back to the worker', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, secretary, dispatcher } = people(s);
        const said = await s.says('要求给我家免物业费。', 'property-service', GRID);
        const resident = s.reporter(said), { id } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'phone', text: '已解释。' });
        await leader.does(id, 'unreasonable', { reason: 'no-basis', text: '无法律依据，已当面解释。' });
        await leader.cannot(id, 'grant');
        await secretary.does(id, 'grant');
        assert.deepEqual([(await leader.sees(id)).state, (await leader.sees(id)).outcome], ['verified', 'explained']);
        await resident.refused('dissatisfied', { text: '就是不满意' }, 'guard');
        await dispatcher.does(id, 'close', { text: '依法无法支持，可向法院起诉。' });
        await resident.refused('reopen', { text: '再来' }, 'guard');
    });

    it('referred to the police, with where to ask', async () => {
        const s = stage();
        const { secretary } = people(s);
        const said = await s.says('有人偷电动车。', 'fraud', GRID);
        await secretary.does(said.id, 'refer', { to: 'police', text: '已移交派出所，可到大学路派出所查询。' });
        const now = await secretary.sees(said.id);
        assert.deepEqual([now.state, now.outcome], ['closed', 'referred']);
        assert.match(JSON.stringify((await s.reporter(said).sees()).history), /大学路派出所查询/);
    });
}
