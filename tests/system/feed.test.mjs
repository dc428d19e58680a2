// The log as a feed: every event once, in the order of the log and so of each case, however the reader pages; filters by
// area match what a case is and what it was; a cursor of another epoch is 410. Then lists and roll-ups, which rest on it.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';

const COMMUNITY = '410103007012';

describe('the feed, lists and roll-ups', () => {
    let house, admin, category;
    before(async () => {
        house = await Instance.shared({ name: 'feed' });
        admin = house.client('admin');
        category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const readAll = async (client, { from, area = '', limit = 500 } = {}) => {
        const events = [];
        let cursor = from ?? '';
        for (;;) {
            const { status, json, text } = await client.get(`/api/v1/events?limit=${limit}${cursor === '' ? '' : `&after=${cursor}`}${area === '' ? '' : `&area=${area}`}`);
            assert.equal(status, 200, text);
            events.push(...json.items);
            if (json.items.length === 0 && json.next === cursor)
                return { events, cursor };
            if (json.items.length === 0 && cursor !== '' && json.next !== cursor) {
                cursor = json.next;
                continue;
            }
            cursor = json.next;
        }
    };
    const names = (events) => events.map((event) => `${event.case}/${event.n}`);

    it('a page at a time gives what one read gives: every event once, in order', async () => {
        await Promise.all(Array.from({ length: 40 }, (_, i) => admin.post('/api/v1/reports', { text: `日志 ${i}`, category, area: `${COMMUNITY}00${1 + i % 9}` })));
        await house.drain();
        const whole = await readAll(admin), small = await readAll(admin, { limit: 7 });
        assert.deepEqual(names(small.events), names(whole.events));
        assert.equal(new Set(names(whole.events)).size, whole.events.length);
        const rows = await house.sql(`SELECT e.case_id, e.n FROM events e JOIN cases c ON c.id = e.case_id
            WHERE NOT e.training ORDER BY e.xid, e.case_id, e.n`);
        assert.deepEqual(names(whole.events), rows.map(([id, n]) => `${id}/${n}`));
        const last = new Map();
        for (const event of whole.events) {
            assert.equal(event.n, (last.get(event.case) ?? 0) + 1, `case ${event.case} is in order`);
            last.set(event.case, event.n);
        }
    });
    it('a reader that stands at the end sees what comes, once, while many write', async () => {
        const { cursor } = await readAll(admin);
        const writing = Promise.all(Array.from({ length: 120 }, (_, i) => admin.post('/api/v1/reports', { text: `跟读 ${i}`, category, area: `${COMMUNITY}00${1 + i % 9}` })));
        const seen = [];
        let at = cursor;
        await waitFor('120 events', async () => {
            const { events, cursor: next } = await readAll(admin, { from: at });
            at = next;
            seen.push(...names(events));
            return seen.length >= 120;
        });
        await writing;
        assert.equal(new Set(seen).size, seen.length);
        assert.equal(seen.length, 120);
    });
    it('who loses a case sees it go', async () => {
        const { cursor } = await readAll(admin);
        const report = (await admin.post('/api/v1/reports', { text: '移交', area: COMMUNITY })).json;
        const dispatcher = house.client(`${COMMUNITY}-dispatcher`);
        const item = await waitFor('the case', async () => (await dispatcher.get(`/api/v1/cases?report=${report.number}`)).json.items[0]);
        const seen = await dispatcher.get(`/api/v1/cases/${item.id}`);
        const target = (await admin.get('/api/v1/areas?under=410103003005&level=grid')).json.features[0].properties.code;
        const moved = await dispatcher.post(`/api/v1/cases/${item.id}/actions`, { action: 'dispatch', category, area: `${COMMUNITY}002` }, { headers: { 'If-Match': seen.headers.etag } });
        assert.equal(moved.status, 200, moved.text);
        await house.drain();
        const there = await readAll(admin, { from: cursor, area: `${COMMUNITY}002` });
        assert.deepEqual(there.events.filter((event) => event.case === item.id).map((event) => event.n), [2], 'who gains it sees it come');
        const before = await readAll(admin, { from: cursor, area: COMMUNITY });
        assert.deepEqual(before.events.filter((event) => event.case === item.id).map((event) => event.n), [1, 2]);
        assert.equal(before.events.find((event) => event.case === item.id && event.n === 2).was.area, COMMUNITY);
        const elsewhere = await readAll(admin, { from: cursor, area: target });
        assert.ok(elsewhere.events.every((event) => event.case !== item.id));
    });
    it('a cursor of another epoch: 410; one that is none: 400', async () => {
        const { cursor } = await readAll(admin);
        const read = () => admin.get(`/api/v1/events?after=${cursor}`);
        await house.sql('INSERT INTO epoch SELECT max(epoch) + 1 FROM epoch'); // as ops/restore does
        await waitFor('410', async () => (await read()).status === 410);
        await house.sql('DELETE FROM epoch WHERE epoch = (SELECT max(epoch) FROM epoch)');
        await waitFor('the epoch before', async () => (await read()).status === 200);
        const [[plain]] = await house.sql("SELECT '1.' || xid || '.' || case_id || '.' || n FROM events ORDER BY xid, case_id, n LIMIT 1");
        for (const wrong of ['x', '1', plain, '-1.1.1.1', `${cursor}x`, cursor.slice(1), `${cursor.slice(0, -1)}.`])
            assert.equal((await admin.get(`/api/v1/events?after=${encodeURIComponent(wrong)}`)).status, 400, wrong);
    });
    it('lists: filters and pages agree with the database', async () => {
        const count = async (query) => {
            const ids = [];
            let after = '';
            do {
                const { json, status, text } = await admin.get(`/api/v1/cases?limit=100${query}${after}`);
                assert.equal(status, 200, text);
                ids.push(...json.items.map((one) => one.id));
                after = json.next === null ? null : `&after=${json.next}`;
            } while (after !== null);
            assert.equal(new Set(ids).size, ids.length, query);
            assert.deepEqual(ids, [...ids].sort((a, b) => Number(b) - Number(a)), `newest first: ${query}`);
            return ids.length;
        };
        const holder = `${COMMUNITY}003-leader`;
        for (const [query, where] of [['', 'true'], [`&area=${COMMUNITY}`, `area >= '${COMMUNITY}' AND area < '410103007013'`], ['&state=dispatched', `state = 'dispatched'`],
            ['&level=grid', `level = 'grid'`], [`&category=${category}`, `category = '${category}'`], [`&holder=${holder}`, `holder = (SELECT id FROM staff WHERE code = '${holder}')`],
            [`&state=dispatched&area=${COMMUNITY}003`, `state = 'dispatched' AND area >= '${COMMUNITY}003' AND area < '${COMMUNITY}004'`], ['&reason=place', `reason = 'place'`]])
            assert.equal(await count(query), await house.count(`cases WHERE ${where}`), query);
    });
    it('roll-ups are the log, counted', async () => {
        await house.drain();
        const { json } = await admin.get(`/api/v1/counters?area=${COMMUNITY}`);
        for (const row of json.states)
            assert.equal(row.now, await house.count(`cases WHERE NOT training AND NOT restricted AND state = :'state' AND area >= '${COMMUNITY}' AND area < '410103007013'`, { state: row.state }), row.state);
    });
    it('/readyz names every service', async () => {
        const { json } = await house.client().get('/readyz');
        for (const kind of ['registry', 'intake', 'triage', 'notification', 'reporting'])
            assert.ok(json.services.some((one) => one.kind === kind && one.ready), kind);
    });
});
