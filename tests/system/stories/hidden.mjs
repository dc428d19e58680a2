// What is restricted is not there for who has no right to it: a dispute, and a complaint about a worker.
import { it } from 'node:test';
import assert from 'node:assert/strict';

const GRID = '410103007012003', COMMUNITY = '410103007012', STREET = '410103007';

export default function hidden(stage) {
    it('a dispute is seen by who has it in hand and by the chiefs, by nobody else, nowhere', async () => {
        const s = stage();
        s.nextDay('09:00');
        const { id, number } = await s.says('婆媳争吵。', 'family-dispute', `${GRID}01`);
        const leader = s.person(`${GRID}-leader`), secretary = s.person(`${COMMUNITY}-secretary`);
        await leader.sees(id);
        await secretary.sees(id);
        for (const code of [`${GRID}01-micro-member`, '410103007012004-leader', `${STREET}-clerk`, `${COMMUNITY}-dispatcher`, '410103003005-secretary']) {
            const stranger = s.person(code);
            await stranger.blindTo(id);
            const list = await stranger.client.get(`/api/v1/cases?report=${number}`);
            assert.deepEqual(list.json.items, [], `${code}: ${list.text}`);
            assert.ok(!(await stranger.client.get('/api/v1/events?limit=1000')).text.includes(`"case":"${id}"`), code);
            assert.deepEqual(await stranger.inbox(id), [], code);
        }
        await s.person('urban-management-handler').blindTo(id);
        await leader.does(id, 'accept');
        await leader.does(id, 'report_up', { reason: 'apart', text: '调不了。' });
        await leader.sees(id);
    });
}
