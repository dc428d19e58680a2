// 排查隐患保平安: a blocked fire lane is told, put right by the property company, looked at again by somebody else and struck off;
// the ladder where nothing happens; what is put right on the spot; what is major is reported at once.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { waitFor } from '../../lib/wait.mjs';

const GRID = '410103006012007', COMMUNITY = '410103006012', STREET = '410103006';

export default function hazards(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), coordinator: s.person(`${STREET}-coordinator`),
        director: s.person(`${STREET}-director`), supervisor: s.person('410103-supervisor'), company: s.person('property-fangkongbing-handler') });
    const found = (s, leader, text, category = 'fire-exit') => leader.reports(text, { category, area: `${GRID}01`, channel: 'patrol' });

    it('told, put right, looked at again by another, struck off', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, company } = people(s);
        const said = await s.says('消防通道被私家车和杂物堵死。', 'fire-exit', `${GRID}01`);
        const resident = s.reporter(said), { id } = said;
        let now = await leader.sees(id);
        assert.deepEqual([now.state, now.state_text, now.holder.code], ['rectify', '待整改', leader.code]);
        await leader.told(id, 'hazard');
        await leader.does(id, 'tell', { party: 'property-fangkongbing', person: '物业经理', text: '清出四米通道，清走杂物。', until: s.time(1, '18:00') });
        now = await leader.sees(id);
        assert.deepEqual([now.state, now.party.code, now.due_at], ['rectifying', 'property-fangkongbing', s.time(1, '18:00')]);
        await company.told(id, 'rectify');
        assert.equal((await resident.sees()).state_text, '已通知责任单位限期整改');
        await company.does(id, 'report_done', { text: '车已挪走，杂物清空。' });
        await leader.told(id, 'recheck');
        await company.refused(id, 'recheck_pass', { text: '自己看过' }, 'not-yours');

        // The first look finds it half done; the second finds it in order; the community strikes it off.
        await leader.does(id, 'recheck_fail', { text: '杂物移到楼梯口。', until: s.time(1, '18:00') });
        await company.told(id, 'rectify', 2);
        await company.does(id, 'report_done', { text: '楼梯口也清空。' });
        await leader.does(id, 'recheck_pass', { text: '通道畅通。' });
        now = await leader.sees(id);
        assert.deepEqual([now.state, now.holder.code, now.party], ['in_order', leader.code, null]);
        await secretary.told(id, 'strike');
        await leader.refused(id, 'strike_off', {}, 'not-yours');
        await secretary.does(id, 'strike_off', { text: '同意销号。' });
        now = await leader.sees(id);
        assert.deepEqual([now.state, now.state_text, now.outcome], ['cleared', '已销号', 'rectified']);
        await waitFor('the resident reads it', async () => (await resident.sees()).state_text === '隐患已消除');
        assert.deepEqual(await leader.clocks(id), {});
    });

    it('the ladder: told, in writing, summoned to the street, handed over; each step when the one before did not help', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, coordinator, director, company } = people(s);
        const { id } = await found(s, leader, '消防通道长期上锁。');
        await leader.refused(id, 'hand_over', { to: 'fire', text: 'x' }, 'not-yours');
        await leader.does(id, 'tell', { party: 'property-fangkongbing', person: '物业前台', text: '立即开锁。', until: s.time(0, '18:00') });
        await coordinator.refused(id, 'summon', { attendees: ['物业'], text: 'x', until: s.time(1, '18:00') }, 'guard');
        const lapse = async (n) => {
            s.at(s.time(0, '18:01'));
            await s.happens(id, 'clock.breached', 'lapses', n);
            for (const one of [leader, secretary, company])
                await one.told(id, 'breached', n);
            assert.equal((await leader.sees(id)).party.code, 'property-fangkongbing', 'overdue takes it from nobody');
            s.nextDay('09:00');
        };
        await lapse(1);
        await leader.does(id, 'warn_in_writing', { number: '五里堡安告〔2026〕1号', signed: 'refused', text: '限期开锁。', until: s.time(0, '18:00') });
        await leader.cannot(id, 'warn_in_writing');
        await lapse(2);
        await coordinator.does(id, 'summon', { attendees: ['物业负责人', '社区民警'], text: '当面约谈。', until: s.time(0, '18:00') });
        await lapse(3);
        await secretary.does(id, 'hand_over', { to: 'fire', text: '告知书、约谈记录一并移交。' });
        await director.cannot(id, 'summon');
        await company.does(id, 'report_done', { text: '消防到场后已拆锁。' });
        await leader.does(id, 'recheck_pass', { text: '门已常开。' });
        await secretary.does(id, 'strike_off');
        const steps = (await leader.sees(id)).history.filter((one) => ['case.told', 'case.ladder'].includes(one.type)).map((one) => one.data.action);
        assert.deepEqual(steps, ['tell', 'warn_in_writing', 'summon', 'hand_over'], 'the worker can show each step');
    });

    it('当场整改: found, put right and struck off in one act', async () => {
        const s = stage();
        const { leader } = people(s);
        const { id } = await found(s, leader, '楼道有人飞线充电。', 'wire-charging');
        await leader.does(id, 'fix_on_spot', { text: '当场收线，已告知户主。' });
        const now = await leader.sees(id);
        assert.deepEqual([now.state, now.outcome], ['cleared', 'fixed_on_spot']);
        assert.deepEqual(await leader.clocks(id), {});
    });

    it('重大隐患: reported at once to street and district, and if nobody takes note, said again', async () => {
        const s = stage();
        s.nextDay('22:00');
        const { leader, coordinator, director, supervisor } = people(s);
        const { id } = await found(s, leader, '地下车库燃油味重，配电箱打火。', 'facility-hazard');
        await leader.does(id, 'mark_major', { text: '易燃气体与火源并存。' });
        for (const one of [coordinator, director, supervisor])
            await one.told(id, 'major-hazard');
        const { report } = await leader.clocks(id);
        assert.equal(Date.parse(report.due_at) - Date.parse(report.started_at), 15 * 60000, 'a quarter of an hour, day and night');
        s.later({ minutes: 16 });
        await s.happens(id, 'clock.breached', 'unreceived');
        await director.told(id, 'major-hazard', 2);
        await supervisor.told(id, 'major-hazard', 2);
        assert.equal((await coordinator.inbox(id, 'major-hazard')).length, 1);
        await director.does(id, 'receive', { text: '断电疏散，已报消防。' });
        await leader.told(id, 'instructed');
        await leader.does(id, 'measures', { text: '已拉警戒，停用车库。' });
        await leader.cannot(id, 'dismiss');
    });
}
