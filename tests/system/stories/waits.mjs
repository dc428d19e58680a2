// 挂起 in its four faces and 延期, each with who approves it, and what the clock does meanwhile; 撤销 within five minutes.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012008', COMMUNITY = '410103007012', STREET = '410103007';

export default function waits(stage) {
    const people = (s) => ({ leader: s.person(`${GRID}-leader`), secretary: s.person(`${COMMUNITY}-secretary`), coordinator: s.person(`${STREET}-coordinator`),
        director: s.person(`${STREET}-director`) });
    /** At work on a Monday morning; five working days to resolve it. */
    const atWork = async (s, more) => {
        s.nextDay('09:00', { monday: true });
        const said = await s.says('路面有坑。', 'pothole', GRID, more);
        const { leader } = people(s);
        await leader.does(said.id, 'accept');
        await leader.does(said.id, 'reach', { way: 'phone' });
        const { resolve, answer } = await leader.clocks(said.id);
        return { ...said, due: resolve.due_at, answer: answer.due_at };
    };
    const days = (from, to) => Math.round((Date.parse(to) - Date.parse(from)) / 86400000);

    it('待诉求人补充: a question, its answer; no answer in five working days goes on', async () => {
        const s = stage();
        const { leader } = people(s);
        const one = await atWork(s), two = await s.says('灯坏了。', 'street-light', GRID);
        const resident = s.reporter(one);
        await leader.does(one.id, 'ask_reporter', { text: '坑在路东还是路西？' });
        assert.equal((await leader.clocks(one.id)).resolve.due_at, null);
        assert.equal((await leader.clocks(one.id)).answer.due_at, one.answer, 'the citizen’s never stands');
        const view = await resident.sees();
        assert.equal(view.state, 'waiting');
        assert.match(JSON.stringify(view), /坑在路东还是路西/, 'they read the question');
        s.nextDay('09:00');
        await resident.does('answer', { text: '路东，公交站旁。' });
        await leader.told(one.id, 'replied');
        const clocks = await leader.clocks(one.id);
        assert.equal(days(one.due, clocks.resolve.due_at), 1, `a working day later: ${one.due} → ${clocks.resolve.due_at}`);
        assert.equal(clocks.answer_wait, undefined);

        await leader.does(two.id, 'accept');
        await leader.does(two.id, 'ask_reporter', { text: '哪一盏？' });
        s.later({ days: 8 });
        await s.happens(two.id, 'case.unanswered', 'unanswered');
        assert.equal((await leader.sees(two.id)).state, 'working');
        assert.ok((await leader.clocks(two.id)).resolve.due_at);
    });

    it('待部门、待条件: asked of the community, granted, refused; the day comes and it goes on by itself', async () => {
        const s = stage();
        const { leader, secretary } = people(s);
        const { id, due, answer, ...said } = await atWork(s);
        const until = s.time(2, '09:00');
        await leader.does(id, 'hold', { face: 'unit', until, text: '等市政管线交底。' });
        await leader.cannot(id, 'hold', 'ledger', 'grant');
        await secretary.told(id, 'asked-approval');
        await secretary.cannot(id, 'withdraw_asking');
        await leader.does(id, 'withdraw_asking', { text: '先自行联系。' });
        await secretary.told(id, 'news');
        await secretary.cannot(id, 'grant', 'deny');
        await leader.does(id, 'hold', { face: 'unit', until, text: '等市政管线交底。' });
        await secretary.told(id, 'asked-approval', 2);
        assert.equal((await leader.clocks(id)).resolve.due_at, due, 'until it is granted the clock runs');
        await secretary.does(id, 'deny', { text: '先补临时盖板。' });
        const late = await leader.refused(id, 'hold', { face: 'condition', until: s.time(-1, '09:00'), text: '昨天。' }, 'invalid-action');
        assert.deepEqual(late.json.errors.map((one) => one.pointer), ['/until'], 'what is over is no reason to wait');
        await leader.told(id, 'refused-approval', 2); // and that it was not granted when it was taken back
        await leader.does(id, 'hold', { face: 'condition', until, text: '雨天不能铺沥青。' });
        await secretary.does(id, 'grant');
        await leader.told(id, 'approved');
        assert.equal((await leader.sees(id)).state, 'waiting');
        let clocks = await leader.clocks(id);
        assert.equal(clocks.resolve.due_at, null);
        assert.equal(clocks.hold.due_at, until);
        assert.equal(clocks.answer.due_at, answer);
        const view = await s.reporter({ ...said, id }).sees();
        assert.equal(view.state, 'waiting');
        assert.match(view.history.at(-1).text, /雨天不能铺沥青/, 'they read why, not the remark of who approved');
        s.at(s.time(2, '09:01'));
        await s.happens(id, 'case.resumed', 'go_on');
        clocks = await leader.clocks(id);
        assert.equal(days(due, clocks.resolve.due_at), 2, 'the two working days that it waited');
        assert.deepEqual(clocks.resolve.pauses.length, 1);
        assert.ok(clocks.resolve.why.length > 0);
    });

    it('已挂账: two approve, reviewed each month', async () => {
        const s = stage();
        const { leader, coordinator, director } = people(s);
        const { id, answer } = await atWork(s);
        await leader.does(id, 'ledger', { reason: 'works', until: s.time(50, '09:00'), text: '列入下月大修，已设围挡。' });
        await coordinator.told(id, 'asked-approval');
        await director.cannot(id, 'grant');
        await coordinator.does(id, 'grant');
        assert.equal((await leader.sees(id)).state, 'working', 'one approval is not enough');
        await director.told(id, 'asked-approval');
        await coordinator.cannot(id, 'grant');
        await director.does(id, 'grant', { text: '同意挂账。' });
        assert.equal((await leader.sees(id)).state, 'waiting');
        assert.equal((await leader.clocks(id)).answer?.due_at, answer);
        s.later({ days: 31 });
        await s.happens(id, 'clock.breached', 'ledger_due');
        await coordinator.told(id, 'ledger-review');
        assert.ok((await leader.clocks(id)).ledger, 'and again in a month');
        const { due_at: due, overdue } = await leader.sees(id);
        assert.deepEqual([due, overdue], [null, false], 'nobody is late with what stands');
        await coordinator.does(id, 'review_ledger', { text: '工程已招标。' });
        await leader.does(id, 'go_on');
        assert.ok((await leader.clocks(id)).resolve.due_at);
    });

    it('延期: the first by the community, the second by the street, no third; not once it is overdue', async () => {
        const s = stage();
        const { leader, secretary, coordinator } = people(s);
        const { id, due } = await atWork(s);
        await leader.does(id, 'ask_extension', { days: 2, text: '备料。' });
        await coordinator.cannot(id, 'grant');
        await secretary.does(id, 'grant');
        let { resolve } = await leader.clocks(id);
        assert.equal(resolve.extra_work_days, 2);
        assert.equal(days(due, resolve.due_at), 2, `${due} → ${resolve.due_at}`);
        assert.equal((await leader.sees(id)).due_at, resolve.due_at);
        await leader.does(id, 'ask_extension', { days: 1, text: '下雨。' });
        await secretary.cannot(id, 'grant');
        await coordinator.does(id, 'grant');
        ({ resolve } = await leader.clocks(id));
        assert.equal(resolve.extra_work_days, 3);
        await leader.cannot(id, 'ask_extension');
        await leader.refused(id, 'ask_extension', { days: 1, text: '再来' }, 'guard');

        const late = await atWork(s);
        s.later({ days: 9 });
        await s.happens(late.id, 'clock.breached', 'run_over');
        await leader.cannot(late.id, 'ask_extension');
        // Of another class it has time again: it may be extended, and strikes when that is over.
        await leader.does(late.id, 'reclassify', { category: 'old-compound', text: '属老旧小区改造。' });
        assert.equal((await leader.sees(late.id)).overdue, false);
        await leader.does(late.id, 'ask_extension', { days: 1, text: '备料。' });
        s.later({ days: 60 });
        await s.happens(late.id, 'clock.breached', 'run_over', 2);
    });

    it('the last own act is taken back within five minutes where nothing follows from it, and not after', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { leader, secretary } = people(s);
        const { id } = await s.says('大件家具。', 'bulky-waste', GRID);
        const before = await leader.clocks(id);
        await leader.does(id, 'accept');
        await secretary.cannot(id, 'take_back');
        await leader.does(id, 'take_back');
        const now = await leader.sees(id);
        assert.deepEqual([now.state, now.holder.code], ['dispatched', leader.code]);
        const clocks = await leader.clocks(id);
        assert.deepEqual(Object.keys(clocks).sort(), Object.keys(before).sort());
        assert.equal(clocks.accept.due_at, before.accept.due_at, 'as if it had not been');
        await leader.cannot(id, 'take_back');
        await leader.does(id, 'accept');
        s.later({ minutes: 6 });
        await leader.cannot(id, 'take_back');
        await leader.refused(id, 'take_back', {}, 'guard');
        // Somebody else's act lies between: too late as well.
        await leader.does(id, 'report_up', { reason: 'beyond', text: '搬不动。' });
        await secretary.does(id, 'accept');
        await leader.cannot(id, 'take_back');
    });
}
