// Whoever said it, all the way: urges, says more, withdraws, is not satisfied, opens it again, appeals; and what a code opens.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012001', COMMUNITY = '410103007012', STREET = '410103007';

export default function resident(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), dispatcher: s.person(`${COMMUNITY}-dispatcher`),
        coordinator: s.person(`${STREET}-coordinator`), director: s.person(`${STREET}-director`), supervisor: s.person('410103-supervisor') });
    const solve = async (s, id) => {
        const { leader, secretary } = people(s);
        await leader.does(id, 'resolve', { text: '已处理。' });
        await secretary.does(id, 'verify');
    };

    it('urges, says more, and hears nothing of who works on it', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader } = people(s);
        const said = await s.says('垃圾没人收。', 'litter', GRID), who = s.reporter(said);
        await leader.does(said.id, 'accept');
        const answer = await who.does('urge', { text: '三天了' });
        assert.deepEqual(Object.keys(answer).sort(), ['event', 'state'], 'whose hands it is in is not theirs to know');
        await leader.told(said.id, 'urged');
        await who.does('comment', { text: '四号楼也有。' });
        await leader.told(said.id, 'replied');
        const may = await who.may();
        for (const action of ['accept', 'resolve', 'verify', 'close', 'dispatch', 'grant'])
            assert.ok(!may.includes(action), action);
        await who.refused('resolve', { text: '我自己收了' }, 'not-yours');
    });

    it('withdraws: the matter ends where it was theirs alone', async () => {
        const s = stage();
        const { leader } = people(s);
        const said = await s.says('自行车丢了一只铃。', 'bike-parking', GRID), who = s.reporter(said);
        await leader.does(said.id, 'accept');
        await who.does('withdraw', { text: '找到了' });
        assert.equal((await who.sees()).state_text, '已按您的意思撤回');
        await leader.told(said.id, 'news');
        assert.deepEqual(await leader.clocks(said.id), {});
        // A hazard does not end because its finder no longer wants to follow it.
        const hazard = await s.says('楼道堆物。', 'stairs-blocked', GRID);
        await s.reporter(hazard).does('withdraw', { text: '不管了' });
        assert.equal((await leader.sees(hazard.id)).state, 'rectify');
    });

    it('not satisfied once: back to work; twice: one level up', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, secretary, coordinator, dispatcher } = people(s);
        const said = await s.says('广场舞太吵。', 'noise-home', GRID), who = s.reporter(said), { id } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'visit' });
        await solve(s, id);
        await who.does('dissatisfied', { text: '晚上照跳。' });
        let now = await leader.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['working', 'grid', leader.code]);
        await leader.told(id, 'reworked');
        assert.ok((await leader.clocks(id)).resolve.due_at);
        await solve(s, id);
        await who.does('dissatisfied', { text: '还是吵。' });
        now = await secretary.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['dispatched', 'community', secretary.code]);
        await secretary.told(id, 'reopened');
        await leader.told(id, 'taken-away');
        await secretary.does(id, 'accept');
        await secretary.does(id, 'resolve', { text: '约定时段与音量。' });
        await coordinator.does(id, 'verify');
        // Nobody rates: after the time for it the case closes by itself, unrated, never counted as satisfied.
        s.later({ days: 5 });
        await s.reaches(id, 'closed');
        assert.equal((await secretary.sees(id)).outcome, 'done');
        assert.equal(await s.events(id, 'case.rated'), 0);
        assert.ok(!(await dispatcher.may(id)).includes('call_back'));
    });

    it('says that it is not solved: it is not closed over their head, and called back again when it was done anew', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const { leader, dispatcher } = people(s);
        const said = await s.says('井盖松动。', 'litter', GRID), who = s.reporter(said), { id } = said;
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'phone' });
        await solve(s, id);
        await dispatcher.does(id, 'call_back_failed', { result: 'no-answer' });
        await dispatcher.cannot(id, 'call_back_failed');
        s.later({ hours: 4 });
        await dispatcher.does(id, 'call_back_failed', { result: 'off' });
        await dispatcher.does(id, 'draft_reply', { text: '已处理。' });
        await who.does('rate', { solved: false, score: 1 });
        await dispatcher.told(id, 'news');
        await dispatcher.cannot(id, 'close', 'draft_reply', 'call_back');
        // What was drafted before they spoke does not go out.
        await people(s).secretary.does(id, 'grant');
        assert.equal((await leader.sees(id)).state, 'verified');
        await dispatcher.told(id, 'refused-approval');
        s.later({ days: 4 });
        await s.happens(id, 'clock.breached', 'survey_over');
        assert.equal((await leader.sees(id)).state, 'verified', 'nor does time close it');
        await dispatcher.does(id, 'dissatisfied', { text: '诉求人称仍松动。' });
        await solve(s, id);
        await dispatcher.does(id, 'call_back', { contacted: true, solved: true, score: 4 });
        await dispatcher.cannot(id, 'call_back');
        await dispatcher.does(id, 'close');
    });

    it('opens it again within thirty days, with somebody above; not after', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, secretary, dispatcher } = people(s);
        const said = await s.says('积水。', 'drain', GRID), who = s.reporter(said), { id } = said;
        await leader.does(id, 'accept');
        await solve(s, id);
        await dispatcher.does(id, 'close');
        await who.does('reopen', { text: '又积水了。' });
        const now = await secretary.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code, now.outcome], ['dispatched', 'community', secretary.code, null]);
        assert.ok((await secretary.clocks(id)).resolve.due_at);
        await secretary.does(id, 'accept');
        await secretary.does(id, 'resolve', { text: '疏通。' });
        await people(s).coordinator.does(id, 'verify');
        await dispatcher.does(id, 'close');
        s.later({ days: 31 });
        await who.refused('reopen', { text: '再次积水。' }, 'guard');
        // Whoever stands above the street may still order it.
        await people(s).supervisor.does(id, 'order_reopen', { holder: secretary.code, text: '回头看发现未根治。' });
        assert.equal((await secretary.sees(id)).state, 'dispatched');
    });

    it('rejected with where to go; an appeal is looked at by another', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { coordinator, director } = people(s);
        const centre = s.person('410103-dispatcher');
        const said = await s.says('法院判的我不服。', undefined, undefined), who = s.reporter(said), { id } = said;
        await centre.does(id, 'reject', { reason: 'in-court', text: '已在诉讼中，请向二审法院提出。' });
        const view = await who.sees();
        assert.equal(view.state_text, '不予受理');
        assert.match(view.history.at(-1).text, /已进入诉讼.*请向二审法院提出/);
        await who.does('appeal', { text: '我说的是执行款没到。' });
        await centre.told(id, 'appealed');
        assert.equal((await centre.sees(id)).state, 'reported');
        await centre.refused(id, 'reject', { reason: 'in-court', text: '一样' }, 'guard');
        await centre.cannot(id, 'dispatch');
        const other = s.person(`${COMMUNITY}-dispatcher`);
        await other.blindTo(id);
        // In the root area no coordinator stands: the supervisor is told, and decides.
        const supervisor = s.person('410103-supervisor');
        await supervisor.told(id, 'appealed');
        for (const one of [coordinator, director])
            await one.blindTo(id);
        await supervisor.does(id, 'dispatch', { category: 'litter', area: GRID, holder: `${GRID}-leader`, text: '申诉成立，请办理。' });
        assert.deepEqual([await s.state(id), (await supervisor.sees(id)).level], ['dispatched', 'grid']);
        // Once only.
        assert.ok(!(await who.may()).includes('appeal'));
    });

    it('a code opens its own report and nothing else', async () => {
        const s = stage();
        const one = await s.says('一。', 'litter', GRID), two = await s.says('二。', 'litter', GRID);
        const wrong = s.reporter({ number: one.number, code: two.code });
        for (const answer of [await wrong.client.get(wrong.path()), await wrong.client.post(wrong.path(), { action: 'withdraw' })])
            assert.equal(answer.json.type, 'urn:wangge:problem:unknown-report', answer.text);
        assert.equal(await s.state(one.id), 'dispatched');
    });
}
