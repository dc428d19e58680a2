// 用水用电是最重要也是最难协调的一环: water and power for the works at 二道街230号院. Neither can be ordered: they are asked by letter,
// reminded, and what they wrote is entered. Meanwhile the grid leader's clock stands, and the citizen's never does.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103003005002', STREET = '410103003';

export default function site(stage) {
    it('two parties that cannot be ordered', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const leader = s.person(`${GRID}-leader`), coordinator = s.person(`${STREET}-coordinator`), power = s.person('power-handler');
        const said = await s.says('二道街230号院改造要进场，施工没有水电。', 'old-compound', `${GRID}01`);
        const { id, number } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'visit' });

        // No order: the case cannot be handed to them.
        await leader.refused(id, 'entrust', { party: 'water' }, 'invalid-action');
        // A whistle from the grid goes through the street, which decides whom it calls.
        await leader.does(id, 'blow_whistle', { text: '施工临时水电', tasks: [{ party: 'water', text: '接临时用水' }, { party: 'power', text: '接临时用电' }] });
        await leader.cannot(id, 'grant');
        await coordinator.told(id, 'asked-approval');
        assert.equal((await leader.clocks(id)).letter, undefined);
        assert.ok((await leader.clocks(id)).resolve.due_at, 'asking alone stops no clock');
        const due = (await leader.clocks(id)).resolve.due_at, answer = (await leader.clocks(id)).answer.due_at;
        s.later({ hours: 1 });
        await coordinator.does(id, 'grant', { text: '同意发函' });
        await leader.told(id, 'approved');
        let clocks = await leader.clocks(id);
        assert.deepEqual(Object.keys(clocks).sort(), ['answer', 'letter/1', 'letter/2', 'resolve'], 'letters, no orders');
        assert.equal(clocks.resolve.due_at, null, 'the leader’s clock stands');
        assert.equal(clocks.answer.due_at, answer, 'the citizen’s does not');
        assert.equal(clocks['letter/1'].owner, 'holder');
        await power.told(id, 'task');
        await power.cannot(`${number}-2`, 'arrive', 'decline');

        // Days go by; the leader reminds them. Water writes back, and the leader enters it.
        s.nextDay('10:00');
        await leader.does(`${number}-2`, 'remind', { text: '请尽快答复' });
        await power.told(id, 'task', 2);
        await leader.does(`${number}-1`, 'enter_answer', { text: '供水来函：三日内装表。' });
        assert.equal((await leader.clocks(id)).resolve.due_at, null, 'power has not answered');
        // The time that a letter is given is over: all are told, once; the letter stays open, and nobody lost the case.
        s.at(`${s.date(8)}T09:00:00+08:00`);
        await s.happens(id, 'task.breached', 'letter_due');
        await leader.told(id, 'news', 2);
        await power.told(id, 'task', 3);
        assert.equal((await leader.sees(id)).holder.code, leader.code);
        assert.equal((await leader.clocks(id)).resolve.due_at, null, 'a task is still open');
        await leader.does(`${number}-2`, 'enter_answer', { text: '供电来函：同意接入。' });
        await s.happens(id, 'case.tasks_done');
        clocks = await leader.clocks(id);
        assert.ok(clocks.resolve.due_at > due, 'what stood is added');
        assert.equal(clocks.answer.due_at, answer);
        assert.ok(clocks.resolve.why.some((line) => /暂停/.test(line)), clocks.resolve.why.join('\n'));
        await leader.does(id, 'resolve', { text: '水电均已接通，可以进场。' });
        assert.equal((await leader.sees(id)).state, 'resolved');
    });
}
