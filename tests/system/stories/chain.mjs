// 多级派单: district → street → community → grid, signed, returned and answered link by link; whose it is not, and whose it then is
// (首接负责).
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012007', COMMUNITY = '410103007012', STREET = '410103007', DISTRICT = '410103';

export default function chain(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), dispatcher: s.person(`${COMMUNITY}-dispatcher`),
        coordinator: s.person(`${STREET}-coordinator`), supervisor: s.person(`${DISTRICT}-supervisor`), centre: s.person(`${DISTRICT}-dispatcher`) });
    const where = async (who, id) => {
        const { state, level, holder } = await who.sees(id);
        return [state, level, holder?.code ?? null];
    };

    it('handed down through four levels, returned once, answered back up', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, coordinator, supervisor, centre } = people(s);
        const said = await s.says('听说你们那边有一处背街小巷常年积水。', 'drain', undefined);
        const { id } = said;
        await centre.told(id, 'waiting');
        assert.deepEqual(await where(centre, id), ['reported', 'grid', null]);
        await centre.does(id, 'dispatch', { area: GRID, holder: supervisor.code, level: 'district', text: '请逐级交办。' });
        assert.deepEqual(await where(centre, id), ['dispatched', 'district', supervisor.code]);
        const { due_at: due } = await centre.sees(id);
        const down = [[supervisor, coordinator, 'street'], [coordinator, secretary, 'community'], [secretary, leader, 'grid']];
        for (const [from, to, level] of down) {
            await from.does(id, 'accept');
            await from.does(id, 'forward', { holder: to.code, text: '请办理。' });
            await to.told(id, 'dispatched');
            assert.deepEqual(await where(from, id), ['dispatched', level, to.code]);
            await from.can(id, 'recall');
        }
        // The grid shows that it is not alone in this: back one link, not to the centre; then it goes down again.
        await leader.refused(id, 'forward', { holder: secretary.code }, 'illegal-action');
        await leader.does(id, 'return', { reason: 'wrong-category', text: '积水系市政管网，非网格职责。' });
        assert.deepEqual(await where(secretary, id), ['working', 'community', secretary.code]);
        await secretary.told(id, 'returned');
        assert.deepEqual((await centre.inbox(id, 'returned')).length, 0);
        await secretary.does(id, 'forward', { holder: leader.code, text: '请先行清掏，管网另报。' });
        await leader.does(id, 'accept');
        // Answered link by link: each sees it come back and answers for it upwards.
        for (const [one, above, level] of [[leader, secretary, 'community'], [secretary, coordinator, 'street'], [coordinator, supervisor, 'district']]) {
            await one.does(id, 'resolve', { text: `${one.code}：已清掏排水口。` });
            await above.told(id, 'answered');
            assert.deepEqual(await where(above, id), ['working', level, above.code]);
        }
        assert.equal((await centre.sees(id)).due_at, due, 'one deadline for all of them');
        await supervisor.does(id, 'resolve', { text: '已清掏，管网列入计划。' });
        assert.deepEqual(await where(centre, id), ['resolved', 'district', supervisor.code]);
        const types = (await centre.sees(id)).history.map((one) => one.type);
        assert.equal(types.filter((one) => one === 'case.forwarded').length, 4);
        assert.equal(types.filter((one) => one === 'case.answered').length, 3);
        // Nobody verifies their own result: the district has two supervisors.
        await supervisor.refused(id, 'verify', {}, 'guard');
        const other = s.person(`${DISTRICT}-supervisor-2`);
        await other.told(id, 'resolved');
        await other.does(id, 'verify', { text: '现场已无积水。' });
        await s.person(`${COMMUNITY}-dispatcher`).does(id, 'close', { text: '已清掏，管网列入改造。' });
        assert.equal(await s.state(id), 'closed');
    });

    it('what nobody below accepts comes back to whoever handed it down', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, secretary } = people(s);
        const { id } = await s.says('小广告成片。', 'small-ads', GRID);
        await leader.does(id, 'accept');
        await leader.does(id, 'report_up', { reason: 'again', text: '反复出现。' });
        await secretary.does(id, 'accept');
        await secretary.does(id, 'forward', { holder: s.person('410103007012008-leader').code, text: '请支援。' });
        s.nextDay('18:00');
        await s.happens(id, 'case.lapsed', 'lapsed');
        assert.deepEqual(await where(secretary, id), ['working', 'community', secretary.code]);
        await secretary.told(id, 'returned');
    });

    it('不是我的格: one tap, no return is counted, the dispatcher decides anew', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, dispatcher } = people(s);
        const other = s.person('410103007012008-leader');
        const { id } = await s.says('单车堆在路口。', 'bike-parking', GRID);
        await leader.does(id, 'not_mine');
        assert.deepEqual(await where(dispatcher, id), ['filed', 'grid', null]);
        assert.equal((await dispatcher.sees(id)).reason, 'holder', 'it says why it waits');
        await dispatcher.told(id, 'returned');
        await dispatcher.does(id, 'dispatch', { area: '410103007012008', holder: other.code });
        assert.deepEqual(await where(other, id), ['dispatched', 'grid', other.code]);
        assert.equal((await other.sees(id)).area.code, '410103007012008');
        await leader.blindTo(id);
        await other.does(id, 'accept');
    });

    it('returned twice; then somebody is appointed to lead and may not return it', async () => {
        const s = stage();
        const { leader, dispatcher } = people(s);
        const { id } = await s.says('门前通道被占。', 'pavement-blocked', GRID);
        for (const n of [1, 2]) {
            await leader.refused(id, 'return', { text: '没有理由' }, 'invalid-action');
            await leader.does(id, 'return', { reason: 'not-duty', text: '属城管职责，见清单。' });
            await dispatcher.told(id, 'returned', n);
            if (n === 1)
                await dispatcher.does(id, 'dispatch', { holder: leader.code });
        }
        await dispatcher.cannot(id, 'dispatch');
        await dispatcher.does(id, 'appoint', { holder: leader.code, text: '首接负责，城管配合。' });
        assert.deepEqual(await where(leader, id), ['dispatched', 'grid', leader.code]);
        await leader.cannot(id, 'return', 'not_mine');
        await leader.refused(id, 'return', { reason: 'not-duty', text: '再退' }, 'guard');
        // The one who leads calls the unit to it.
        await leader.does(id, 'accept');
        await leader.does(id, 'entrust', { party: 'urban-management', text: '请清理占道。' });
        const unit = s.person('urban-management-handler');
        await unit.told(id, 'dispatched');
        await unit.does(id, 'return', { reason: 'not-duty', text: '再退' }).then(() => assert.fail('no third return'), () => undefined);
        await unit.does(id, 'accept');
        await unit.does(id, 'resolve', { text: '已清理。' });
        assert.deepEqual(await where(leader, id), ['working', 'grid', leader.code]);
    });

    it('recalled before it was accepted, reassigned, handed over by who leaves', async () => {
        const s = stage();
        const { leader, secretary, dispatcher } = people(s);
        const other = s.person('410103007012008-leader');
        const { id } = await s.says('公厕无水。', 'public-toilet', GRID);
        await dispatcher.does(id, 'recall', { text: '派错了。' });
        await leader.told(id, 'taken-away');
        await dispatcher.does(id, 'dispatch', { holder: leader.code });
        await leader.does(id, 'accept');
        await dispatcher.cannot(id, 'recall');
        await secretary.does(id, 'reassign', { holder: other.code, text: '网格长请假。' });
        await leader.told(id, 'taken-away', 2);
        await other.does(id, 'accept');
        await secretary.does(id, 'handover', { holder: leader.code, text: '已约好明早八点修。' });
        assert.deepEqual(await where(leader, id), ['working', 'grid', leader.code]);
        for (const one of [leader, other])
            await one.told(id, 'handed-over');
        await other.blindTo(id);
    });

    it('looked at first: what was found decides', async () => {
        const s = stage();
        const { leader, dispatcher, centre } = people(s);
        const said = await s.says('好像哪里有股味道。', undefined, undefined);
        const { id } = said;
        await centre.does(id, 'ask_check', { area: GRID, holder: leader.code, text: '到院里闻一下。' });
        await leader.told(id, 'check-asked');
        assert.equal((await s.reporter(said).sees()).state_text, '正在现场核实');
        await leader.does(id, 'checked', { result: 'differs', text: '邻居熬中药。' });
        assert.deepEqual(await where(dispatcher, id), ['reported', 'grid', null]);
        await dispatcher.told(id, 'news');
        await dispatcher.does(id, 'reject', { reason: 'no-matter', text: '系居民熬药，已说明。' });
        assert.equal((await dispatcher.sees(id)).outcome, 'no-matter');
    });
}
