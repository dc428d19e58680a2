// 突发应急: at ten past two at night a main bursts. One tap of whoever stands there reaches the duty desk at once, whose answer is on
// a clock that asks no calendar; who is silent is passed over; then first, follow-up and final report.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012002', STREET = '410103007';

export default function night(stage) {
    it('a main that bursts at 02:10', async () => {
        const s = stage();
        s.nextDay('02:10');
        const member = s.person(`${GRID}01-micro-member`), leader = s.person(`${GRID}-leader`), officer = s.person(`${STREET}-duty-officer`);
        const chief = s.person(`${STREET}-duty-leader`), director = s.person(`${STREET}-director`);
        const { id } = await member.reports('主管道爆裂，水漫过人行道。', { category: 'water-leak', area: `${GRID}01`, channel: 'patrol' });
        await officer.cannot(id, 'acknowledge');
        assert.equal((await leader.clocks(id)).accept.due_at, s.time(0, '09:30'), 'by day, of a matter that can wait');

        // One tap, no field is asked for.
        await member.does(id, 'emergency');
        const notice = await officer.told(id, 'duty-alarm');
        assert.ok(Math.abs(Date.parse(notice.at) - s.now()) < 60000, 'at once');
        assert.equal((await chief.inbox(id)).length, 0, 'one after the other');
        const { acknowledge, accept, resolve } = await officer.clocks(id);
        assert.deepEqual([accept.limit, resolve.limit], [{ n: 60, unit: 'minute' }, { n: 1, unit: 'day' }], 'urgent runs round the clock, from the start');
        assert.deepEqual([accept, resolve].map((one) => Date.parse(one.due_at) - Date.parse(one.started_at)), [60 * 60000, 1440 * 60000]);
        assert.equal(Date.parse(acknowledge.due_at) - Date.parse(acknowledge.started_at), 15 * 60000);
        assert.equal((await leader.sees(id)).grade, 'urgent');

        // Nobody answers for a quarter of an hour: the next are told, once; whoever then answers stops it.
        s.later({ minutes: 16 });
        await s.happens(id, 'clock.breached', 'unacknowledged');
        await chief.told(id, 'duty-alarm');
        await director.told(id, 'duty-alarm');
        await chief.does(id, 'acknowledge', { text: '已通知供水抢修，派人警戒。' });
        await officer.cannot(id, 'acknowledge');
        assert.equal((await officer.clocks(id)).acknowledge, undefined);

        // 首报, 续报, 终报.
        await member.cannot(id, 'follow_up', 'final_report');
        await member.does(id, 'first_report', { text: '已拉警戒线，无人受伤。', casualties: 0, needs: '两名引导员' });
        await director.told(id, 'field-report');
        await member.cannot(id, 'first_report');
        s.later({ hours: 1 });
        await member.does(id, 'follow_up', { text: '供水到场，已关阀。' });
        s.later({ hours: 3 });
        await leader.does(id, 'final_report', { text: '抢修完毕，恢复供水。' });
        await officer.told(id, 'field-report', 3);
        await leader.cannot(id, 'first_report', 'follow_up', 'final_report');
        await s.happens(id, 'clock.breached', 'unacknowledged');
    });

    it('what is urgent by its class alarms by itself', async () => {
        const s = stage();
        const officer = s.person(`${STREET}-duty-officer`);
        const { id } = await s.says('路面塌陷一个大坑。', 'road-sunken', `${GRID}01`);
        await officer.told(id, 'duty-alarm');
        await officer.does(id, 'acknowledge');
        assert.equal((await officer.clocks(id)).acknowledge, undefined);
    });
}
