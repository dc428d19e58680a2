// 难事街道联调解决, in its two kinds: 会商协调, where minutes bind units and each has its part, and 矛盾调解, where parties are free
// to agree or not; and a dispute that begins in the grid.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012005', COMMUNITY = '410103007012', STREET = '410103007';

export default function hard(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), coordinator: s.person(`${STREET}-coordinator`),
        director: s.person(`${STREET}-director`), clerk: s.person(`${STREET}-clerk`), dispatcher: s.person(`${COMMUNITY}-dispatcher`) });

    /** From the grid to the street, taken up at each level. */
    const toTheStreet = async (s, id) => {
        const { leader, secretary, coordinator } = people(s);
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'phone' });
        await leader.does(id, 'report_up', { reason: 'units', text: '需多部门。' });
        await secretary.does(id, 'accept');
        await secretary.does(id, 'report_up', { reason: 'units', text: '社区协调未果。' });
        await coordinator.told(id, 'raised');
        await coordinator.does(id, 'accept');
        const now = await coordinator.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['working', 'street', coordinator.code]);
    };

    it('会商协调: minutes bind three units, who arrive, answer and are rated both ways', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, coordinator, director, clerk, dispatcher } = people(s);
        const urban = s.person('urban-management-handler'), works = s.person('street-works-handler'), housing = s.person('housing-handler');
        const greenery = s.person('greenery-handler'), water = s.person('water-handler');
        const said = await s.says('小区门口道路、绿化带和违建三家都说不归自己管。', 'road-occupied', `${GRID}01`);
        const resident = s.reporter(said), { id, number } = said;
        await toTheStreet(s, id);

        const call = { at: s.time(1, '10:00'), text: '门口道路归属与整治' };
        const wrong = async (parties, ...pointers) => assert.deepEqual((await coordinator.refused(id, 'convene', { ...call, parties }, 'invalid-action')).json.errors
            .map((one) => one.pointer), pointers);
        await wrong(['urban-management', 'harbour', 'urban-management'], '/parties/1', '/parties/2');
        await wrong([], '/parties');
        await wrong(['城市管理局'], '/parties/0');
        // The water supplier cannot be ordered, but asked to come; whoever is no unit of the register is written down.
        await coordinator.does(id, 'convene', { ...call, parties: ['urban-management', 'street-works', 'housing', 'water'], guests: ['业主代表三人'] });
        for (const unit of [urban, works, housing, water, director, coordinator])
            assert.equal((await unit.told(id, 'meeting')).about, call.text);
        assert.equal(Date.parse((await water.inbox(id, 'meeting'))[0].meets_at), Date.parse(call.at));
        assert.deepEqual(await greenery.inbox(id), [], 'who was not invited is not told');
        await urban.blindTo(id); // to be told opens nothing
        assert.equal((await resident.sees()).state_text, '街道正在组织多方协调');
        await leader.refused(id, 'minutes', { attendees: ['x'], text: 'x', tasks: [{ party: 'housing', text: 'x' }] }, 'not-yours');
        s.nextDay('11:00');
        const before = await coordinator.clocks(id);
        await coordinator.does(id, 'minutes', { attendees: ['城市管理局', '住房保障中心', '道路养护单位'], text: '违建由城管拆除，路面由养护单位修复，绿化带由住房中心复绿。',
            tasks: [{ party: 'urban-management', text: '拆除违建' }, { party: 'street-works', text: '修复路面' }, { party: 'housing', text: '恢复绿化带' }] });
        for (const unit of [urban, works, housing])
            await unit.told(id, 'task');

        // While the units are at it the street's clock stands; the resident's never does.
        let clocks = await coordinator.clocks(id);
        assert.equal(clocks.resolve.due_at, null);
        assert.deepEqual(clocks.resolve.pauses.map((one) => one.to), [null]);
        assert.equal(clocks.answer.due_at, before.answer.due_at);
        for (const k of [1, 2, 3])
            assert.ok(clocks[`sign/${k}`].due_at && clocks[`task/${k}`].due_at, `each unit has its own clock: ${k}`);
        await coordinator.cannot(id, 'resolve', 'report_up', 'hold');

        // They report in (报到); one shows that it is another's duty, which the street accepts by whistling for that one.
        await urban.does(`${number}-1`, 'arrive', { text: '执法二中队' });
        await works.does(`${number}-2`, 'arrive');
        await urban.refused(`${number}-2`, 'answer', { text: '别家的事' }, 'not-yours');
        await housing.does(`${number}-3`, 'decline', { reason: 'wrong-unit', text: '绿化带属园林绿化中心，见职责清单。' });
        await coordinator.does(id, 'blow_whistle', { text: '绿化带，门口集合', tasks: [{ party: 'greenery', text: '恢复绿化带' }] });
        await greenery.told(id, 'task');
        assert.equal((await coordinator.clocks(id))['sign/1'], undefined, 'signed');
        s.at(s.time(0, '14:30'));
        await coordinator.does(`${number}-4`, 'remind', { text: '请今日到场' });
        await greenery.told(id, 'task', 2);
        s.nextDay('10:00');
        await urban.does(`${number}-1`, 'answer', { text: '违建已拆除。' });
        await works.does(`${number}-2`, 'answer', { text: '路面已修复。' });
        assert.equal((await coordinator.clocks(id)).resolve.due_at, null, 'one is still at it');
        await greenery.does(`${number}-4`, 'answer', { text: '已补种。' });
        await s.happens(id, 'case.tasks_done');
        clocks = await coordinator.clocks(id);
        assert.ok(clocks.resolve.due_at, 'and the street’s clock goes on');
        assert.ok(clocks.resolve.due_at > before.resolve.due_at, 'by as long as it stood');

        await urban.refused(`${number}-1`, 'rate', { score: 5 }, 'not-yours');
        await coordinator.does(`${number}-1`, 'rate', { score: 5, text: '到场快' });
        await urban.does(`${number}-1`, 'rate_back', { score: 4, text: '召集有必要' });
        await works.does(`${number}-2`, 'rate_back', { score: 3 });
        await coordinator.does(`${number}-2`, 'rate', { score: 4 });

        // The street's own result is judged by its director or the district, not by whoever worked on it.
        await coordinator.does(id, 'resolve', { text: '三处均已整治。' });
        await coordinator.refused(id, 'verify', {}, 'guard');
        await director.told(id, 'resolved');
        await director.does(id, 'verify');
        await clerk.does(id, 'call_back', { contacted: true, solved: true, score: 5, text: '满意' });
        await dispatcher.does(id, 'close');
        assert.equal((await coordinator.sees(id)).state, 'closed');
    });

    it('矛盾调解 at the street: parties, consent, a written agreement', async () => {
        const s = stage();
        const { coordinator, director } = people(s);
        const said = await s.says('商铺油烟和楼上住户为排烟管道争执多次。', 'air-pollution', `${GRID}01`);
        const resident = s.reporter(said), { id } = said;
        await toTheStreet(s, id);
        await coordinator.does(id, 'mediate', { parties: ['商铺', '楼上三户'], consent: 'written', mediators: ['街道调解委员', '五老志愿者'], text: '排烟管道走向' });
        let clocks = await coordinator.clocks(id);
        assert.equal(clocks.resolve.due_at, null);
        assert.deepEqual(clocks.mediate.limit, { n: 30, unit: 'day' });
        await coordinator.does(id, 'session', { at: s.time(0, '16:00'), text: '各方陈述。' });
        s.nextDay('10:00');
        await coordinator.does(id, 'agree', { form: 'written', text: '商铺七日内改道并加装净化器，楼上不再阻工。', perform_by: s.time(7, '18:00'), confirmation: true });
        const now = await coordinator.sees(id);
        assert.deepEqual([now.state, now.outcome], ['resolved', 'agreed']);
        clocks = await coordinator.clocks(id);
        assert.equal(clocks.mediate, undefined);
        await director.does(id, 'verify');
        assert.equal((await resident.sees()).state, 'verified');

        // Parties may stop: then it is said which ways the law leaves, and the case goes on.
        const other = await s.says('两户为过道堆物争执。', 'stray-dog', `${GRID}01`);
        await toTheStreet(s, other.id);
        await coordinator.does(other.id, 'mediate', { parties: ['甲户', '乙户'], consent: 'oral', mediators: ['街道调解委员'] });
        await coordinator.does(other.id, 'disagree', { reason: 'left', text: '乙户退出，已告知可向法院起诉。' });
        assert.equal((await coordinator.sees(other.id)).state, 'working');
        assert.ok((await coordinator.clocks(other.id)).resolve.due_at);
    });

    it('a dispute is settled in the grid by a respected neighbour, with a spoken agreement that is looked after', async () => {
        const s = stage();
        const { leader, secretary } = people(s);
        const said = await s.says('楼上漏水泡了天花板，两家吵起来了。', 'neighbour-dispute', `${GRID}01`);
        const resident = s.reporter(said), { id } = said;
        await leader.told(id, 'dispute');
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { text: '分别上门。' });
        await leader.does(id, 'begin', { parties: ['501户', '401户'], consent: 'oral', mediators: ['五老：老教师', '楼院长'], text: '赔偿与维修' });
        assert.equal((await resident.sees()).state_text, '正在按规定办理');
        await leader.does(id, 'session', { at: s.time(0, '17:00'), attendees: ['两户', '楼院长'], text: '同意分担。' });
        await leader.does(id, 'agree', { form: 'oral', text: '501户三日内修好并刷白401户天花板。', perform_by: s.time(3, '18:00') });
        assert.equal((await leader.sees(id)).state, 'performing');
        // The day of performance comes: the leader is told, once, and asks.
        s.later({ days: 4 });
        await leader.told(id, 'perform-due');
        assert.ok((await leader.clocks(id)).follow);
        await leader.does(id, 'performed', { text: '已修好，两家认可。' });
        const now = await secretary.sees(id);
        assert.deepEqual([now.state, now.outcome], ['closed', 'agreed']);
    });

    it('a dispute that the grid and the community cannot settle goes to the street, and ends with the ways of law named', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, secretary, coordinator, director } = people(s);
        const said = await s.says('多户业主与施工方为补偿对峙。', 'neighbour-dispute', `${GRID}01`);
        const { id } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'warn_danger', { text: '有人扬言堵门，已劝离。' });
        await coordinator.told(id, 'dispute-danger');
        await director.told(id, 'dispute-danger');
        await leader.does(id, 'report_up', { reason: 'danger', text: '已稳住双方。' });
        await secretary.does(id, 'accept');
        await secretary.does(id, 'report_up', { reason: 'many', text: '涉及二十余户。' });
        await coordinator.does(id, 'accept');
        await coordinator.does(id, 'begin', { parties: ['业主代表', '施工方'], consent: 'written', mediators: ['街道调解委员会'], text: '补偿标准' });
        await coordinator.does(id, 'give_up', { reason: 'apart', text: '差距过大；已告知仲裁、诉讼途径。' });
        await coordinator.cannot(id, 'grant');
        await director.told(id, 'asked-approval');
        await director.does(id, 'grant');
        const now = await coordinator.sees(id);
        assert.deepEqual([now.state, now.outcome, now.level], ['stopped', 'no-agreement', 'street']);
    });
}
