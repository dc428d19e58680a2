// What would happen to a message, with every rule that took part; and the workflow as its file says it. Nothing is
// written by a preview, however often it is asked.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP } from '../lib/instance.mjs';

const GRID = '410103007012006';

describe('preview and workflows', () => {
    let house, admin, category, point;
    before(async () => {
        house = await Instance.shared({ name: 'preview' });
        admin = house.client('admin');
        category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
        point = (await admin.get(`/api/v1/areas/${GRID}`)).json.properties.point;
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const preview = (body, options) => admin.send('POST', '/api/v1/triage/preview', { body, ...options });

    it('by point and category: where, who, until when, and why', async () => {
        const { json } = await preview({ text: '预演', category, lon: point[0], lat: point[1] });
        assert.ok(json.where.area.code.startsWith(GRID));
        assert.equal(json.who.holder.code, `${GRID}-leader`);
        assert.equal(json.state, 'dispatched');
        assert.equal(json.reason, null);
        assert.ok(json.due_at);
        assert.ok(json.rules.length >= 2 && json.rules.every((one) => one.text !== ''));
    });
    it('the reasons to wait', async () => {
        for (const [body, reason] of [[{ category }, 'place'], [{ category, lat: 0, lon: 0 }, 'outside'], [{ lon: point[0], lat: point[1] }, 'category'],
            [{ category, area: '410103007012' }, 'grid']])
            assert.equal((await preview({ text: '预演', ...body })).json.reason, reason, JSON.stringify(body));
    });
    it('GCJ-02 and BD-09 points lie some hundred metres off, and are brought back', async () => {
        const shifted = { gcj02: [0.0061, -0.0013], bd09: [0.0126, 0.0047] }; // about what the two add here, in degrees
        for (const [crs, [lon, lat]] of Object.entries(shifted)) {
            const { json } = await preview({ text: '预演', category, lon: point[0] + lon, lat: point[1] + lat, crs });
            assert.ok(json.where.area.code.startsWith('410103'), `${crs}: ${JSON.stringify(json.where)}`);
        }
    });
    it('writes nothing', async () => {
        const counts = () => house.sql('SELECT (SELECT count(*) FROM reports), (SELECT count(*) FROM cases), (SELECT count(*) FROM events)');
        await house.drain();
        const before = await counts();
        await Promise.all(Array.from({ length: 40 }, () => preview({ text: '预演', category, area: GRID })));
        assert.deepEqual(await counts(), before);
    });
    it('bad input: 400, 413, 415, 422 by name', async () => {
        assert.equal((await preview('{', { type: 'application/json' })).status, 400);
        assert.equal((await preview({ text: 'x'.repeat(1 << 20) })).status, 413);
        assert.equal((await preview('text=x', { type: 'application/x-www-form-urlencoded' })).status, 415);
        const answer = await preview({ text: '', lat: 91, lon: 0, category: 'no-such', colour: 'red' });
        assert.equal(answer.status, 422);
        assert.deepEqual(answer.json.errors.map((one) => one.pointer).sort(), ['/category', '/colour', '/lat', '/text']);
    });
    it('the workflow is the file', async () => {
        const { json } = await admin.get('/api/v1/workflows');
        assert.ok(json.items.length >= 1 && ['request', 'hazard', 'dispute'].every((name) => json.items.some((one) => one.name === name)), 'each version that a case may have begun under');
        assert.deepEqual((await admin.get('/api/v1/workflows/request')).json, JSON.parse(readFileSync(join(TOP, 'schema/workflows/request.json'), 'utf8')));
    });
});
