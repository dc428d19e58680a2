// 陇海中路54号无主管楼院: nobody manages this courtyard, and its rubbish is nobody's. The case calls those who can do something;
// the meeting of its residents (一征三议两公开) has a place of its own later, and is told in words here.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012006', COMMUNITY = '410103007012', STREET = '410103007';

export default function yard(stage) {
    it('rubbish at a courtyard that no one manages', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`), coordinator = s.person(`${STREET}-coordinator`);
        const director = s.person(`${STREET}-director`), supervisor = s.person('410103-supervisor'), dispatcher = s.person(`${COMMUNITY}-dispatcher`);
        const cleaning = s.person('cleaning-handler'), housing = s.person('housing-handler');
        const said = await s.says('陇海中路54号院没有物业，垃圾堆了半个月没人拉。', 'unmanaged-yard', GRID, { address: '陇海中路54号' });
        const resident = s.reporter(said), { id, number } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'visit', text: '院里只剩五六户老住户。' });
        await leader.does(id, 'report_up', { reason: 'again', text: '组织过两次清理，无人管理，又堆满。' });
        await secretary.does(id, 'accept');

        // The director reads of it and writes an instruction; the district wants an answer in two working days.
        await director.does(id, 'instruct', { text: '先清走，再议长效。' });
        await secretary.told(id, 'instructed');
        await supervisor.does(id, 'supervise', { text: '两日内反馈清运情况。' });
        await secretary.told(id, 'supervised');
        assert.ok((await secretary.clocks(id)).supervise);
        await resident.does('urge', { text: '天热了，快点吧' });
        await secretary.told(id, 'urged');

        // The community gathers those who can; a whistle of the community goes through the street.
        await secretary.does(id, 'study', { attendees: ['二级网格长', '三级网格长', '微网格员', '党员中心户', '楼院代表'], at: s.time(0, '15:00'), text: '一征三议：征求意见，议定轮值与托管。' });
        await secretary.does(id, 'blow_whistle', { text: '54号院门口', tasks: [{ party: 'cleaning', text: '清走积存垃圾' }, { party: 'housing', text: '给出托管办法' }] });
        await coordinator.told(id, 'asked-approval');
        await secretary.refused(id, 'blow_whistle', { text: 'x', tasks: [{ party: 'cleaning', text: 'x' }] }, 'guard');
        await coordinator.does(id, 'deny', { text: '先由社区与保洁约定，住房中心另行函商。' });
        await secretary.told(id, 'refused-approval');
        assert.deepEqual(Object.keys(await secretary.clocks(id)).filter((name) => name.includes('/')), [], 'refused: nobody was called');
        await secretary.does(id, 'blow_whistle', { text: '54号院门口，今日', tasks: [{ party: 'cleaning', text: '清走积存垃圾' }] });
        await coordinator.does(id, 'grant');
        await cleaning.told(id, 'task');
        await secretary.does(id, 'report_supervision', { text: '已召集，今日清运。' });
        await supervisor.told(id, 'news');
        assert.equal((await secretary.clocks(id)).supervise, undefined);
        await cleaning.does(`${number}-1`, 'arrive');
        await cleaning.does(`${number}-1`, 'answer', { text: '清运两车。' });

        // The rubbish of today is gone; that it stays so is entrusted to the contractor, whose answer comes back to the community.
        await secretary.does(id, 'entrust', { party: 'cleaning', text: '此后每周二、五上门清运，请确认。' });
        let now = await secretary.sees(id);
        assert.deepEqual([now.state, now.party.code, now.holder], ['dispatched', 'cleaning', null]);
        await cleaning.told(id, 'dispatched');
        await secretary.cannot(id, 'resolve');
        await cleaning.does(id, 'accept');
        await cleaning.does(id, 'resolve', { text: '已排入线路。' });
        now = await secretary.sees(id);
        assert.deepEqual([now.state, now.holder.code, now.party], ['working', secretary.code, null]);
        await secretary.told(id, 'answered');
        assert.equal((await housing.inbox(id)).length, 0, 'who was not called was not troubled');

        await secretary.does(id, 'inform', { text: '垃圾已清走，每周二、五上门。' });
        assert.match((await resident.sees()).history.at(-1).text, /每周二、五上门/);
        await secretary.does(id, 'resolve', { text: '积存垃圾已清走，线路固定；托管办法议定后公开。' });
        await director.does(id, 'verify');
        await resident.does('rate', { solved: true, score: 5 });
        await dispatcher.does(id, 'close', { text: '垃圾已清走并固定线路。' });
        assert.equal((await secretary.sees(id)).state, 'closed');
    });
}
