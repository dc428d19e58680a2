// One report, the whole way, through whatever door a house has: the promise that first.test.mjs and compose.test.mjs hold
// their houses to.
import assert from 'node:assert/strict';
import { WorkTime } from './worktime.mjs';
import { waitFor } from './wait.mjs';

export const COMMUNITY = '410103007012'; // 康桥华城社区
export const CATEGORY = 'litter';

export class Story {
    /** house: an Instance; post: the Post that has its mail. */
    constructor(house, post) {
        Object.assign(this, { house, post, nobody: house.client() });
    }

    async caseOf(client, number) {
        return waitFor('the case', async () => (await client.get(`/api/v1/cases?report=${number}`)).json.items[0]);
    }

    async act(client, id, body) {
        const seen = await client.get(`/api/v1/cases/${id}`);
        assert.equal(seen.status, 200, seen.text);
        const legal = await client.get(`/api/v1/cases/${id}/actions`);
        assert.ok(legal.json.actions.some((one) => one.action === body.action), `${body.action} is legal: ${legal.text}`);
        const answer = await client.post(`/api/v1/cases/${id}/actions`, body,
            { headers: { 'If-Match': seen.headers.etag, 'Idempotency-Key': `${id}-${body.action}` } });
        assert.equal(answer.status, 200, answer.text);
        assert.notEqual(answer.headers.etag, seen.headers.etag);
        return answer;
    }

    async reporterSees(report, state) {
        return waitFor(`the reporter sees ${state}`, async () => {
            const view = await this.nobody.get(`/api/v1/reports/${report.number}`, { headers: { Authorization: `Code ${report.query_code}` } });
            assert.equal(view.status, 200, view.text);
            return view.json.state === state && view.json;
        }, { seconds: 10 });
    }

    /** From what a resident says inside this grid to the end of the case, and every mail on the way. */
    async wholeWay(grid) {
        const { house, nobody, post } = this;
        const limits = (await nobody.get('/api/v1/categories')).json.items.find((one) => one.code === CATEGORY).limits;
        const worktime = new WorkTime((await house.client('admin').get('/api/v1/calendars')).json.items[0].definition);
        const [lon, lat] = grid.point;
        const text = '三号楼西侧垃圾桶三天没有清运，异味很大，麻烦尽快处理。';
        const answer = await nobody.post('/api/v1/reports', { text, category: CATEGORY, lat, lon,
            reporter: { name: '居民', phone: '000-0000', email: 'resident@example.net', consent: true }, language: 'zh' });
        assert.equal(answer.status, 201, answer.text);
        const report = answer.json;
        const staff = `${grid.code}-leader`;
        const leader = house.client(staff);

        const item = await this.caseOf(leader, report.number);
        assert.equal(item.state, 'dispatched');
        assert.equal(item.id, report.id, 'a case bears the id of the report that opened it');
        assert.ok(item.area.code.startsWith(grid.code), 'the deepest area that holds the point: a micro-grid of this grid');
        assert.equal(item.holder.code, staff);
        assert.equal(item.category.code, CATEGORY);
        const opened = Date.parse(item.opened_at);
        assert.ok(Math.abs(Date.parse(item.due_at) - worktime.deadline(opened, limits.resolve)) < 2000,
            `due ${item.due_at}, reckoned ${new Date(worktime.deadline(opened, limits.resolve)).toISOString()}`);

        const entry = await waitFor('the inbox', async () =>
            (await leader.get('/api/v1/inbox')).json.items.find((one) => one.case === item.id));
        assert.equal(entry.read_at, null);
        assert.equal((await leader.post(`/api/v1/inbox/${entry.id}/read`)).status, 204);
        assert.notEqual((await leader.get('/api/v1/inbox')).json.items.find((one) => one.id === entry.id).read_at, null);

        const mail = await waitFor('the mail', () => post.to(`${staff}@erqi.example`)[0]);
        assert.match(mail.subject, new RegExp(report.number));
        assert.match(mail.body, /新事件/);
        assert.match(mail.body, /new case/i);
        assert.ok(!mail.body.includes('000-0000') && !mail.body.includes('resident@example.net'), 'no personal data in the mail');

        await this.reporterSees(report, 'dispatched');
        await this.act(leader, item.id, { action: 'accept' });
        await this.reporterSees(report, 'working');
        await this.act(leader, item.id, { action: 'resolve', text: '已联系环卫清运，桶位已冲洗。' });
        await this.reporterSees(report, 'resolved');
        const secretary = house.client(`${COMMUNITY}-secretary`);
        await waitFor('the verifier is told', async () =>
            (await secretary.get('/api/v1/inbox')).json.items.some((one) => one.case === item.id));
        await this.act(secretary, item.id, { action: 'verify' });
        await this.reporterSees(report, 'verified');
        const dispatcher = house.client(`${COMMUNITY}-dispatcher`);
        await this.act(dispatcher, item.id, { action: 'close' });
        const end = await this.reporterSees(report, 'closed');
        assert.deepEqual(end.history.map((step) => step.state), ['reported', 'filed', 'dispatched', 'working', 'resolved', 'verified', 'closed']);
        assert.equal(end.text, text, 'word for word');
        assert.equal(end.case, undefined, 'the case is for staff');

        const whole = (await dispatcher.get(`/api/v1/cases/${item.id}`)).json;
        assert.deepEqual(whole.history.map((one) => one.n), [1, 2, 3, 4, 5]);
        assert.equal(whole.history[0].type, 'case.opened');
        const last = await waitFor('the mail to the reporter', () => post.to('resident@example.net')[0]);
        assert.match(last.subject, new RegExp(report.number));
        assert.equal((await dispatcher.get(`/api/v1/cases/${item.id}/actions`)).json.actions.length, 0, 'nothing is left to do');
    }
}
