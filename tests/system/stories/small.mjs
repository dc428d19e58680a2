// 小事网格中解决: what a resident says is solved in its grid; what a grid worker sees and can do is done at once.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { waitFor } from '../../lib/wait.mjs';

const GRID = '410103007012003', COMMUNITY = '410103007012';

export default function small(stage) {
    it('a small thing is solved in its grid, and whoever said it has the last word', async () => {
        const s = stage();
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`), dispatcher = s.person(`${COMMUNITY}-dispatcher`);
        const place = await s.point(GRID);

        // A resident of 康桥华城 says that rubbish was not collected. The case finds the grid leader by itself.
        const said = await leader.reports('三号楼西侧垃圾桶三天没有清运，异味很大。', { category: 'litter', ...place, reporter: { phone: '000-0000', consent: true } }, undefined);
        const resident = s.reporter(said);
        const { id } = said;
        let now = await leader.sees(id);
        assert.deepEqual([now.state, now.level, now.holder.code], ['dispatched', 'grid', leader.code]);
        await leader.told(id, 'dispatched');
        assert.equal((await resident.sees()).state_text, '已派给承办人');
        assert.equal((await resident.sees(true)).state_text, 'Handed to the person responsible');

        // The micro-grid member reads along and may not act; the leader of the next grid does not even see it.
        await s.person('410103007012004-leader').blindTo(id);
        await dispatcher.cannot(id, 'accept', 'resolve', 'verify');

        // The leader takes it, rings the resident first, and has it cleared.
        await leader.does(id, 'accept');
        assert.ok((await leader.clocks(id)).contact, 'the resident is to be contacted in time');
        await leader.does(id, 'reach', { way: 'phone', text: '上午到场。' });
        assert.equal((await leader.clocks(id)).contact, undefined);
        await leader.does(id, 'resolve', { text: '已联系环卫清运，桶位已冲洗。' });
        now = await secretary.sees(id);
        assert.equal(now.state, 'resolved');
        await secretary.told(id, 'resolved');

        // Not the leader, but somebody above looks at the result; then the resident is asked.
        await leader.refused(id, 'verify', {}, 'not-yours');
        await secretary.does(id, 'verify', { text: '现场已看。' });
        await dispatcher.told(id, 'verified');
        await resident.does('rate', { solved: true, score: 5, contacted: true, text: '很快' });
        await resident.refused('rate', { solved: true, score: 1 }, 'guard');
        await dispatcher.does(id, 'close', { text: '垃圾已清运。' });
        const end = await waitFor('the end', async () => {
            const view = await resident.sees();
            return view.state === 'closed' && view;
        });
        assert.deepEqual(end.history.map((one) => one.state), ['reported', 'filed', 'dispatched', 'working', 'resolved', 'verified', 'closed']);
        assert.match(end.history.at(-1).text, /垃圾已清运/);
        assert.deepEqual(await leader.clocks(id), {}, 'no clock outlives its case');
        await resident.does('thank', { text: '谢谢网格员' });
        await leader.told(id, 'thanked');
    });

    it('seen, done, closed in one act (自采自处): no dispatch, no survey, a few of them looked at', async () => {
        const s = stage();
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`);
        const place = await s.point(GRID);
        let sampled = 0;
        for (let n = 0; n < 80 && sampled === 0; n++) {
            const { id } = await leader.reports('楼道口有散落纸箱。', { category: 'dirty-spot', channel: 'patrol', handled: '当场清理。', ...place });
            const now = await leader.sees(id);
            assert.deepEqual([now.state, now.outcome], ['closed', 'self_handled']);
            await leader.cannot(id, 'sample_pass', 'sample_fail');
            assert.deepEqual([now.history.map((one) => one.type), now.reports[0].handled], [['case.opened'], '当场清理。']);
            // One in ten goes to the community to be looked at; the others are nobody's to judge.
            await s.house.drain();
            assert.equal((await leader.inbox(id)).length, 0, 'nobody is sent there');
            if ((await secretary.inbox(id, 'sampled')).length === 0) {
                assert.deepEqual(await leader.clocks(id), {});
                await secretary.cannot(id, 'sample_pass', 'sample_fail');
                continue;
            }
            sampled++;
            assert.ok((await secretary.clocks(id)).sample, 'in time');
            await secretary.does(id, 'sample_fail', { text: '纸箱仍在。' });
            assert.equal((await leader.sees(id)).state, 'reported', 'a sample that was not done begins anew');
            assert.deepEqual(Object.keys(await secretary.clocks(id)).sort(), ['answer', 'dispatch']);
            await s.person(`${COMMUNITY}-dispatcher`).told(id, 'waiting');
        }
        assert.equal(sampled, 1, 'among eighty one is sampled');
        // What a resident said is no such thing: they are asked.
        const said = await leader.reports('路面有纸箱。', { category: 'dirty-spot', ...place, reporter: { phone: '000-0000' }, on_behalf: true });
        await leader.refused(said.id, 'self_handle', { text: '当场清理。' }, 'guard');
    });
}
