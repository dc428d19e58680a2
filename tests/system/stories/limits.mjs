// Clocks by themselves: a warning at 50 and at 80 per cent, one breach, each once; who is told and who keeps the case; what nobody
// accepted goes back; and why a clock ends when it does, in words.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../../lib/instance.mjs';

const GRID = '410103007007001', COMMUNITY = '410103007007', STREET = '410103007';

export default function limits(stage) {
    it('warned at 50 and 80 per cent, breached once; the holder stays, the levels above are told', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`), coordinator = s.person(`${STREET}-coordinator`);
        const { id } = await s.says('墙角积灰。', 'dirty-spot', GRID);
        await leader.does(id, 'accept');
        await leader.does(id, 'reach', { way: 'phone' });
        const { resolve } = await leader.clocks(id);
        assert.deepEqual([resolve.limit.n, resolve.limit.unit, resolve.due_at.slice(0, 16)], [3, 'work_day', `${s.date(3)}T09:00`]);
        const marks = () => s.house.sql(`SELECT data ->> 'clock', data ->> 'mark', count(*) FROM events WHERE case_id = ${id} AND data -> 'clock' IS NOT NULL GROUP BY 1, 2 ORDER BY 1, 2`);
        // 50 % of three working days are over on Tuesday afternoon, 80 % on Wednesday afternoon.
        s.at(s.time(1, '18:00'));
        await leader.told(id, 'warned');
        s.at(s.time(1, '18:00'));
        await leader.told(id, 'warned', 2);
        s.at(s.time(1, '09:01'));
        await s.happens(id, 'clock.breached', 'run_over');
        // Holder, chief and the level above answer for it together, within a limit of its own.
        for (const one of [leader, secretary, coordinator])
            await one.told(id, 'breached');
        assert.equal((await leader.clocks(id)).supervise.limit.unit, 'work_day');
        const now = await leader.sees(id);
        assert.deepEqual([now.state, now.holder.code, now.overdue], ['working', leader.code, true]);
        await leader.does(id, 'report_supervision', { text: '明日清理。' });
        for (const one of [secretary, coordinator])
            await one.told(id, 'news');
        // Days of silence later nothing was said twice.
        s.later({ days: 3 });
        await s.house.drain();
        assert.equal(await s.events(id, 'clock.breached', 'run_over'), 1);
        assert.equal((await leader.inbox(id, 'warned')).length, 2);
        assert.deepEqual(await marks(), [['resolve', '100', '1'], ['resolve', '50', '1'], ['resolve', '80', '1']]);
    });

    it('what nobody accepts goes to the stand-in first, then to the dispatcher', async () => {
        const s = stage();
        s.nextDay('09:00');
        const grid = `${COMMUNITY}003`, leader = s.person(`${grid}-leader`), standIn = s.person(`${COMMUNITY}004-leader`), dispatcher = s.person(`${COMMUNITY}-dispatcher`);
        const { id } = await s.says('灯杆贴满广告。', 'small-ads', grid);
        const { due_at: due } = (await leader.clocks(id)).accept;
        const duty = `code,area,post,staff,kind,starts_at,ends_at\nstand-in-limits,${grid},leader,${standIn.code},stand-in,${s.time(0, '00:00')},${s.time(5, '00:00')}\n`;
        const answer = await s.house.client('admin').send('POST', '/api/v1/imports/duty', { body: duty, type: 'text/csv' });
        assert.equal(answer.status, 200, answer.text);
        s.at(due);
        await s.happens(id, 'case.lapsed', 'lapsed');
        await leader.told(id, 'taken-away');
        await standIn.told(id, 'dispatched');
        const now = await standIn.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['dispatched', 'grid', standIn.code]);
        s.nextDay('18:00');
        await dispatcher.told(id, 'returned');
        assert.equal(await s.state(id), 'filed');
        await standIn.told(id, 'taken-away');
    });

    it('all that lay asleep while nobody looked is done once, in order', async () => {
        const s = stage();
        s.nextDay('09:00', { monday: true });
        const leader = s.person(`${GRID}-leader`), dispatcher = s.person(`${COMMUNITY}-dispatcher`);
        const { id } = await s.says('井盖响。', 'manhole', GRID);
        s.later({ days: 14 });
        await s.happens(id, 'case.lapsed', 'lapsed');
        const now = await dispatcher.sees(id);
        assert.deepEqual([now.state, now.holder, now.reason], ['filed', null, 'holder'], 'what nobody accepted is the dispatcher’s again');
        await leader.told(id, 'taken-away');
        await dispatcher.told(id, 'returned');
        await s.happens(id, 'clock.breached', 'run_over');
        await dispatcher.does(id, 'dispatch', { holder: leader.code });
        await leader.does(id, 'accept');
    });

    it('why it ends when it does, in both languages', async () => {
        const s = stage();
        s.at(s.time((12 - new Date(s.date()).getUTCDay()) % 7 || 7, '17:00')); // a Friday afternoon
        const leader = s.person(`${GRID}-leader`), abroad = s.person(`${GRID}-leader`, { english: true });
        const { id } = await s.says('树枝断落。', 'litter', GRID);
        const zh = (await leader.clocks(id)).accept, en = (await abroad.clocks(id)).accept;
        assert.equal(zh.title, '接单');
        assert.equal(en.title, 'to accept');
        assert.deepEqual([zh.due_at, zh.limit.unit], [en.due_at, 'work_minute']);
        assert.equal(zh.due_at.slice(11, 16), '09:30', 'an hour on Friday, an hour on Monday');
        assert.ok(zh.why.some((line) => /[\u4e00-\u9fff]/.test(line)), zh.why.join('\n'));
        assert.ok(en.why.length === zh.why.length && en.why.every((line) => !/[\u4e00-\u9fff]/.test(line)), en.why.join('\n'));
        const { resolve } = await leader.clocks(id), published = Number(JSON.parse(readFileSync(join(TOP, 'ops/sample/calendar.json'))).holidays.at(-1).slice(0, 4));
        assert.equal(resolve.provisional, Number(resolve.due_at.slice(0, 4)) > published);
    });
}
