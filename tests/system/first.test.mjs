// The promise of the whole house, on an instance of its own with the sample city and a real SMTP server: one message
// inside 康桥华城社区 goes to the leader of that grid with a deadline in working time, by inbox and mail; accept, resolve,
// verify and close by the keys of those whose turn it is end it; the reporter sees each step. Without a category it waits
// for the dispatcher, who dispatches it. Nothing of this may stand in a unit test instead: it is the real door, the real
// database, the real mail.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { Post } from '../lib/smtp.mjs';
import { CATEGORY, COMMUNITY, Story } from '../lib/story.mjs';
import { waitFor } from '../lib/wait.mjs';

describe('one report, the whole way', () => {
    let post, house, nobody, grids, story;
    before(async () => {
        post = await Post.open();
        house = await Instance.up({ name: 'first', env: { WANGGE_SMTP_URL: post.url } });
        nobody = house.client();
        const areas = await nobody.get(`/api/v1/areas?under=${COMMUNITY}&level=grid&limit=100`);
        grids = areas.json.features.map((feature) => feature.properties);
        story = new Story(house, post);
    });
    after(async () => {
        try {
            await house?.verify();
        } finally {
            await house?.down();
            await post?.close();
        }
    });

    const ordinary = () => grids.filter((grid) => grid.kind === 'ordinary');
    const caseOf = (client, number) => story.caseOf(client, number);
    const act = (client, id, body) => story.act(client, id, body);
    const reporterSees = (report, state) => story.reporterSees(report, state);

    it('the sample has what the seed page says', () => {
        assert.equal(ordinary().length, 9);
        assert.equal(grids.filter((grid) => grid.kind === 'dedicated').length, 3);
    });

    it('with category and point: to the leader of the grid, and on to the end', () => story.wholeWay(ordinary()[2]));

    it('without a category: waits for the dispatcher, who dispatches it', async () => {
        const grid = ordinary()[5];
        const [lon, lat] = grid.point;
        const report = (await nobody.post('/api/v1/reports', { text: '楼道里的灯坏了好久，老人上楼看不见。', lat, lon })).json;
        const dispatcher = house.client(`${COMMUNITY}-dispatcher`);
        const item = await caseOf(dispatcher, report.number);
        assert.notEqual(item.state, 'dispatched');
        assert.equal(item.holder, null);
        assert.equal(item.reason, 'category');
        await waitFor('the dispatcher is told', async () =>
            (await dispatcher.get('/api/v1/inbox')).json.items.some((one) => one.case === item.id));
        await act(dispatcher, item.id, { action: 'dispatch', category: CATEGORY });
        const leader = house.client(`${grid.code}-leader`);
        const now = (await leader.get(`/api/v1/cases/${item.id}`)).json;
        assert.equal(now.state, 'dispatched');
        assert.equal(now.holder.code, `${grid.code}-leader`);
        assert.equal(now.reason, null);
        await waitFor('the mail to the leader', () => post.to(`${grid.code}-leader@erqi.example`)[0]);
        await act(leader, item.id, { action: 'accept' });
    });

    it('without a point: waits at the district, whose dispatcher says where', async () => {
        const report = (await nobody.post('/api/v1/reports', { text: '路面有个坑。', category: CATEGORY })).json;
        const dispatcher = house.client('410103-dispatcher');
        const item = await caseOf(dispatcher, report.number);
        assert.equal(item.reason, 'place');
        assert.equal(item.area.code, '410103');
        const grid = ordinary()[1];
        const answer = await act(dispatcher, item.id, { action: 'dispatch', area: grid.code });
        assert.equal(answer.json.case.state, 'dispatched');
        assert.equal((await house.client(`${grid.code}-leader`).get(`/api/v1/cases/${item.id}`)).json.area.code, grid.code);
    });

    it('a point far outside waits as such', async () => {
        const report = (await nobody.post('/api/v1/reports', { text: '在外地。', category: CATEGORY, lat: 31.2, lon: 121.5 })).json;
        const item = await caseOf(house.client('410103-dispatcher'), report.number);
        assert.equal(item.reason, 'outside');
    });

    it('what is no matter of the city is rejected with a reason that the reporter reads', async () => {
        const report = (await nobody.post('/api/v1/reports', { text: '试试看。' })).json;
        const dispatcher = house.client('410103-dispatcher');
        const item = await caseOf(dispatcher, report.number);
        const legal = (await dispatcher.get(`/api/v1/cases/${item.id}/actions`)).json.actions.find((one) => one.action === 'reject');
        const reason = legal.fields.find((field) => field.name === 'reason').choices[0].value;
        await act(dispatcher, item.id, { action: 'reject', reason, text: '没有说明事项。' });
        const view = await reporterSees(report, 'rejected');
        assert.ok(JSON.stringify(view.history).includes('没有说明事项。'), JSON.stringify(view.history));
    });

    it('training goes the whole way without mail, and is not counted', async () => {
        const grid = ordinary()[3];
        const [lon, lat] = grid.point;
        await house.drain();
        const before = post.mails.length;
        const counted = async () => (await house.client('admin').get(`/api/v1/counters?area=${grid.code}`)).json;
        const report = (await nobody.post('/api/v1/reports', { text: '演练：垃圾满溢。', category: CATEGORY, lat, lon, training: true })).json;
        const leader = house.client(`${grid.code}-leader`);
        const item = await caseOf(leader, report.number);
        assert.equal(item.training, true);
        await waitFor('the inbox', async () => (await leader.get('/api/v1/inbox')).json.items.some((one) => one.case === item.id));
        await house.drain();
        assert.equal(post.mails.length, before);
        const figures = await counted();
        assert.ok(figures.states?.every((row) => row.now === 0), `left out of the roll-ups: ${JSON.stringify(figures)}`);
    });

    it('a dedicated grid comes first for its own matters, and the ordinary one around it for others', async () => {
        const dedicated = grids.find((grid) => grid.kind === 'dedicated');
        const [lon, lat] = dedicated.point;
        const own = await house.one(`SELECT matters[1] FROM areas WHERE code = :'code'`, { code: dedicated.code });
        const preview = (category) => house.client('admin').post('/api/v1/triage/preview', { text: '商超门口的事。', category, lat, lon });
        const first = (await preview(own)).json;
        assert.equal(first.where.area.code, dedicated.code);
        assert.equal(first.who.holder.code, `${dedicated.code}-dedicated-leader`);
        const others = (await nobody.get('/api/v1/categories')).json.items.filter((one) => one.parent !== null && one.responsible === 'leader').map((one) => one.code);
        const matters = await house.one(`SELECT array_to_string(matters, ',') FROM areas WHERE code = :'code'`, { code: dedicated.code });
        const other = others.find((code) => !matters.split(',').includes(code));
        const second = (await preview(other)).json;
        assert.notEqual(second.where.area.code, dedicated.code);
        assert.equal((await house.count('cases')), Number(await house.one('SELECT count(*) FROM reports')), 'a preview writes nothing');
    });

    it('mail: refused for a while, then taken; cut before its answer, and then repeated with the same Message-ID', async () => {
        const send = async (grid) => {
            const [lon, lat] = grid.point;
            await nobody.post('/api/v1/reports', { text: '邮件重试。', category: CATEGORY, lat, lon });
            return `${grid.code}-leader@erqi.example`;
        };
        let left = 1;
        post.behave = (mail) => mail.to[0].startsWith(ordinary()[6].code) && left-- > 0 ? 'refuse' : 'take';
        const address = await send(ordinary()[6]);
        await waitFor('the mail at a later try', () => post.to(address).length === 1, { seconds: 120 });
        left = 1;
        post.behave = (mail) => mail.to[0].startsWith(ordinary()[7].code) && left-- > 0 ? 'cut' : 'take';
        const again = await send(ordinary()[7]);
        await waitFor('the mail again', () => post.to(again).length === 2, { seconds: 120 });
        assert.equal(new Set(post.to(again).map((mail) => mail.id)).size, 1);
        assert.equal(post.withheld, 1);
    });
});
