// 大学北路丹尼斯商超周边治安乱点: measures, each with a named person; property company, shop and constable will never log in: each has
// a link to their own part, sees and does that and nothing else.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { problem } from '../../lib/person.mjs';
import { waitFor } from '../../lib/wait.mjs';

const DEDICATED = '410103007012901', COMMUNITY = '410103007012', STREET = '410103007';

export default function spot(stage) {
    it('measures by name, three parties by link', async () => {
        const s = stage();
        s.nextDay('09:00');
        const manager = s.person(`${DEDICATED}-dedicated-leader`), secretary = s.person(`${COMMUNITY}-secretary`), coordinator = s.person(`${STREET}-coordinator`);
        const { lon, lat } = await s.point(DEDICATED);
        const said = await s.says('超市门口晚上常有人拉扯、扒窃。', 'trouble-spot', undefined, { lon, lat });
        const { id, number } = said;
        const now = await manager.sees(id);
        assert.deepEqual([now.state, now.holder.code, now.area.code], ['dispatched', manager.code, DEDICATED], 'the dedicated grid has this matter');
        await manager.does(id, 'accept');
        await manager.does(id, 'reach', { way: 'phone' });
        await manager.does(id, 'report_up', { reason: 'units', text: '需物业、民警共同治理。' });
        await secretary.does(id, 'accept');

        // The round and its analysis: four measures, each with a name.
        await secretary.does(id, 'study', { attendees: ['丹尼斯商超', '康桥华城物业', '社区民警', '专属网格长'], at: s.time(0, '10:00'), text: '夜间灯光不足，出入口无人。',
            tasks: [{ party: 'property-kangqiao', staff: 'property-kangqiao-handler', text: '补齐三处照明' },
                { party: 'dennis-daxue', staff: 'dennis-daxue-handler', text: '闭店前保安值守出口' },
                { staff: 'constable-kangqiao-handler', text: '晚八点至十点巡逻' }, { staff: manager.code, text: '每晚回看' }] });
        const links = {};
        for (const [k, staff] of [[1, 'property-kangqiao-handler'], [2, 'dennis-daxue-handler'], [3, 'constable-kangqiao-handler']])
            links[k] = await secretary.link(staff, { task: `${number}-${k}` }, '治安乱点整治');
        for (const [k, guest] of Object.entries(links)) {
            assert.ok((await guest.may(`${number}-${k}`)).includes('arrive'));
            // Neither another's part, nor the case, nor anything else.
            for (const other of [1, 2, 3, 4].filter((one) => String(one) !== k))
                assert.equal(problem(await guest.client.get(`/api/v1/tasks/${number}-${other}/actions`)), 'link-other-object');
            for (const path of [`/api/v1/cases/${id}`, `/api/v1/cases/${id}/actions`])
                assert.equal(problem(await guest.client.get(path)), 'link-other-object', path);
        }
        assert.equal(problem(await links[1].client.post(`/api/v1/cases/${id}/actions`, { action: 'progress', text: 'x' })), 'link-other-object');
        await links[3].does(`${number}-3`, 'arrive', { text: '社区民警' });
        await links[3].does(`${number}-3`, 'answer', { text: '已安排巡逻。' });
        await links[1].does(`${number}-1`, 'answer', { text: '三处灯已亮。' });
        await links[2].does(`${number}-2`, 'answer', { text: '保安已上岗。' });
        await secretary.told(id, 'news', 3);
        await secretary.cannot(id, 'resolve');
        await manager.does(`${number}-4`, 'answer', { text: '一周回看，未再发生。' });
        await secretary.does(`${number}-3`, 'rate', { score: 5 });

        // A link that is revoked opens nothing any more.
        assert.equal((await secretary.client.send('DELETE', `/api/v1/links/${links[2].id}`)).status, 204);
        await waitFor('silence', async () => problem(await links[2].client.get(`/api/v1/tasks/${number}-2/actions`)) === 'link-expired', { everyMs: 300 });
        await secretary.does(id, 'resolve', { text: '措施落实，一周无警情。' });
        await coordinator.does(id, 'verify');
        const history = (await secretary.sees(id)).history;
        assert.deepEqual(history.filter((one) => one.type === 'task.answered' || one.type === 'case.tasks_done').map((one) => one.actor.code),
            ['constable-kangqiao-handler', 'property-kangqiao-handler', 'dennis-daxue-handler', manager.code], 'each under their own name');
    });
}
