// One report that names two matters (拆分): each goes to whoever answers for it, and the whole ends with its parts.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { waitFor } from '../../lib/wait.mjs';

const GRID = '410103007012009', COMMUNITY = '410103007012';

export default function parts(stage) {
    it('拆分: the lamp and the rubbish of one call; the call is done when both are', async () => {
        const s = stage();
        s.nextDay('09:00');
        const leader = s.person(`${GRID}-leader`), dispatcher = s.person(`${COMMUNITY}-dispatcher`), secretary = s.person(`${COMMUNITY}-secretary`);
        const said = await s.says('路灯不亮，楼下垃圾也没人收。', 'street-light', GRID), { id } = said;
        await leader.cannot(id, 'split_off');
        assert.deepEqual((await s.reporter(said).sees()).parts, []);
        await dispatcher.does(id, 'split_off', { text: '楼下垃圾无人清运。', category: 'litter', area: GRID });
        const part = await waitFor('the part', async () => (await dispatcher.sees(id)).relations.find((one) => one.relation === 'part'));
        assert.equal(part.title, '楼下垃圾无人清运。');
        const seen = await leader.sees(part.id);
        assert.deepEqual([seen.category.code, seen.holder.code, seen.state], ['litter', `${GRID}-leader`, 'dispatched']);
        assert.deepEqual(seen.relations.map((one) => [one.relation, one.id]), [['whole', id]]);
        await leader.told(id, 'news');
        assert.deepEqual((await s.reporter(said).sees()).parts, [{ text: '楼下垃圾无人清运。', state_text: '已派给承办人' }]);
        // The whole is not done before its part is.
        await leader.does(id, 'accept');
        await leader.cannot(id, 'resolve');
        await leader.refused(id, 'resolve', { text: '灯已修。' }, 'guard');
        await leader.does(part.id, 'accept');
        await leader.does(part.id, 'resolve', { text: '已清运。' });
        await secretary.does(part.id, 'verify');
        await leader.refused(id, 'resolve', { text: '灯已修。' }, 'guard');
        await dispatcher.does(part.id, 'close', { text: '已清运。' });
        await leader.does(id, 'resolve', { text: '灯已修。' });
        await secretary.does(id, 'verify');
        await dispatcher.does(id, 'close', { text: '都办好了。' });
        assert.deepEqual((await s.reporter(said).sees()).parts.map((one) => one.text), ['楼下垃圾无人清运。']);
        // A matter that only some may read is not split: its words would be read by others.
        const hidden = await s.says('邻里争吵。', 'unrest', GRID);
        await s.person('410103007-coordinator').cannot(hidden.id, 'split_off');
    });
}
