// 人事变动: who leaves office is followed by a successor, and so is what they had: the cases in their hands, those that
// they reported upward and wait for, and their open tasks.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { waitFor } from '../../lib/wait.mjs';

const GRID = '410103007012009', COMMUNITY = '410103007012';

export default function successor(stage) {
    const holder = async (who, id) => (await who.sees(id)).holder?.code ?? null;

    it('a grid leader leaves: cases, chain and tasks go to whoever comes after, clocks as they were', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const admin = s.person('admin'), old = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`);
        const heir = s.person('410103007012008-leader'), last = s.person('410103007012007-leader');
        const { id } = await s.says('路灯不亮。', 'street-light', GRID);
        await old.told(id, 'dispatched');
        await old.does(id, 'accept');
        const raised = await s.says('小广告成片，屡清屡贴。', 'small-ads', GRID);
        await old.does(raised.id, 'accept');
        await old.does(raised.id, 'report_up', { reason: 'again', text: '反复出现。' });
        await secretary.does(raised.id, 'accept');
        const shared = await s.says('楼道堆物，多次劝说无果。', 'dirty-spot', '410103007012008');
        await heir.does(shared.id, 'accept');
        await heir.does(shared.id, 'report_up', { reason: 'again', text: '需要两个网格一起清。' });
        await secretary.does(shared.id, 'accept');
        await secretary.does(shared.id, 'study', { attendees: ['两位网格长'], at: s.time(0, '08:30'), text: '分头通知住户。',
            tasks: [{ staff: old.code, text: '通知东侧住户' }, { staff: old.code, text: '张贴告示' }] });
        await old.does(`${shared.number}-2`, 'answer', { text: '已张贴。' });
        const ended = await s.says('误报。', 'litter', GRID);
        await s.person(`${COMMUNITY}-dispatcher`).does(ended.id, 'void', { reason: 'mistake', text: '误录。' });
        const before = await old.sees(id);

        const left = await s.house.client('admin').post(`/api/v1/staff/${old.code}/leave-office`, { successor: heir.code });
        assert.equal(left.status, 200, left.text);
        for (const one of [id, raised.id, shared.id]) {
            await s.happens(one, 'case.handed_over', 'inherit');
            await heir.told(one, 'handed-over');
        }
        assert.equal(await holder(admin, id), heir.code);
        const after = await heir.sees(id);
        assert.deepEqual([after.state, after.due_at], [before.state, before.due_at]);
        assert.equal(await holder(secretary, raised.id), secretary.code, 'whoever has it above keeps it');
        assert.equal((await secretary.inbox(raised.id, 'handed-over')).length, 0);
        await secretary.does(raised.id, 'send_down', { text: '人手已增派，请继续清理。' });
        assert.equal(await holder(secretary, raised.id), heir.code, 'down to who took over');
        const whose = async (k) => s.house.one(`SELECT s.code FROM tasks t JOIN staff s ON s.id = t.staff WHERE case_id = ${shared.id} AND k = ${k}`);
        assert.deepEqual([await whose(1), await whose(2)], [heir.code, old.code], 'what is open goes over, what was done stays');
        await heir.does(`${shared.number}-1`, 'answer', { text: '已通知。' });
        assert.equal(await s.events(ended.id, 'case.handed_over'), 0, 'what has ended stays');

        // Who took over leaves as well: it goes on to who is there in the end.
        assert.equal((await s.house.client('admin').post(`/api/v1/staff/${heir.code}/leave-office`, { successor: last.code })).status, 200);
        await waitFor('the second successor to have it', async () => await holder(admin, id) === last.code);
        await last.does(id, 'progress', { text: '已联系灯杆维护。' });
        assert.equal(await s.house.count(`cases c JOIN staff s ON s.id = c.holder WHERE s.left_at IS NOT NULL AND c.id IN (${id}, ${raised.id}, ${shared.id})`), 0);
    });
}
