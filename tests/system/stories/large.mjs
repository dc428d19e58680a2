// 大事社区解决: more than a grid can do is sent up, the community takes it, meets the same day, and whoever is above it looks
// at the result.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012004', COMMUNITY = '410103007012', STREET = '410103007';

export default function large(stage) {
    it('the community takes it up, a study the same day, verified by the street, rated by whoever said it', async () => {
        const s = stage();
        s.nextDay('09:00');
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`), coordinator = s.person(`${STREET}-coordinator`);
        const dispatcher = s.person(`${COMMUNITY}-dispatcher`), cleaning = s.person('cleaning-handler'), member = s.person(`${GRID}01-micro-member`);
        const said = await s.says('院内化粪池满溢，几栋楼下水道返水。', 'house-leak', `${GRID}01`);
        const resident = s.reporter(said), { id } = said;

        // The grid leader looks, and cannot do it alone: it goes up, and waits there to be taken.
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'visit', text: '已到现场。' });
        await leader.refused(id, 'report_up', { text: '没有理由' }, 'invalid-action');
        await leader.does(id, 'report_up', { reason: 'beyond', text: '已请物业疏通一次，仍返水，需清掏。' });
        await secretary.told(id, 'raised');
        let now = await secretary.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['dispatched', 'community', secretary.code]);
        await leader.cannot(id, 'resolve', 'accept');
        await leader.can(id, 'recall');

        // The community takes it and calls a study for the same afternoon; it is held, and names who does what.
        await secretary.does(id, 'accept');
        await secretary.does(id, 'study_call', { at: s.time(0, '15:00'), text: '社区会议室，商量清掏。' });
        await leader.told(id, 'meeting');
        await member.told(id, 'meeting');
        s.at(`${s.date()}T15:30:00+08:00`);
        await secretary.does(id, 'study', { attendees: ['二级网格长', '三级网格长', '楼院代表', '党员中心户'], at: s.time(0, '15:00'), text: '当日清掏，网格长通知住户。',
            tasks: [{ party: 'cleaning', text: '当日清掏化粪池' }, { staff: leader.code, text: '通知各户错峰用水' }] });
        await cleaning.told(id, 'task');
        await leader.told(id, 'task');
        assert.equal((await secretary.sees(id)).state, 'working', 'a study is a note and leads the case nowhere');

        // While measures are open nobody says it is solved.
        await secretary.cannot(id, 'resolve');
        await cleaning.does(`${said.number}-1`, 'arrive', { text: '两人一车' });
        await leader.refused(`${said.number}-1`, 'answer', { text: '替他们答' }, 'not-yours');
        await cleaning.does(`${said.number}-1`, 'answer', { text: '已清掏。' });
        await leader.does(`${said.number}-2`, 'answer', { text: '已逐户通知。' });
        await s.happens(id, 'case.tasks_done');
        await secretary.does(`${said.number}-1`, 'rate', { score: 5 });
        await secretary.does(id, 'resolve', { text: '已清掏疏通，各户正常。' });

        // Its own result is not the community's to judge: the street does.
        await coordinator.told(id, 'resolved');
        await secretary.refused(id, 'verify', {}, 'not-yours');
        await leader.refused(id, 'verify', {}, 'not-yours');
        await coordinator.does(id, 'verify', { text: '现场看过，不再返水。' });
        await resident.does('rate', { solved: true, score: 4, contacted: true });
        await dispatcher.does(id, 'close', { text: '化粪池已清掏。' });
        now = await secretary.sees(id);
        assert.deepEqual([now.state, now.outcome, now.level], ['closed', 'done', 'community']);
    });

    it('what the grid can do by itself is sent back once, with how; then it is taken', async () => {
        const s = stage();
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`);
        const { id } = await s.says('楼道灯不亮。', 'facility-damaged', `${GRID}01`);
        await leader.does(id, 'accept');
        await leader.does(id, 'report_up', { reason: 'beyond', text: '换不了。' });
        await secretary.does(id, 'send_back', { reason: 'can-do', text: '请物业换灯即可。' });
        let now = await leader.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['working', 'grid', leader.code]);
        await leader.told(id, 'returned');
        await leader.does(id, 'report_up', { reason: 'duty', text: '物业不管公共灯。' });
        await secretary.cannot(id, 'send_back');
        await secretary.does(id, 'accept');
        // With help it can be sent down again, once.
        await secretary.does(id, 'send_down', { text: '社区出灯泡，网格安装。' });
        await leader.does(id, 'accept');
        await leader.does(id, 'resolve', { text: '已换。' });
        now = await secretary.sees(id);
        assert.deepEqual([now.state, now.level], ['resolved', 'grid']);
        await secretary.can(id, 'verify');
    });
}
