// Waking at size: two million open cases, a thousand of them due. Promise: no statement on the way of a due case reads
// `cases` or `events` from end to end; each due case strikes once; what one takes does not grow with how many are open.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';

const FEW = 20000, MANY = Number(process.env.WANGGE_SCALE ?? 2000000), SLICE = 250000;
const BASE = 1000000, DUE = 1000, ROUNDS = 5;
const GRID = '410103007012004', PLAIN = 'litter', URGENT = 'gas-leak';
const GROWTH_MOST = 3; // of the time a case, from few to many
const PAGES_MOST = 20000; // that a claim of 200 may touch: `cases` has ten times as many
const WATCHED = /Seq Scan on (cases|events)\b/;

const say = (text) => console.log(`# ${text}`);
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.floor(q * (list.length - 1))];
const statement = (name) => readFileSync(join(TOP, 'services/triage/sql', `${name}.sql`), 'utf8').trim().replace(/;$/, '');

describe('two million open cases', () => {
    let house, plain, urgent, size = 0, round = 0; // no case is woken in two rounds
    const eachUs = new Map();
    const began = Date.now();

    const open = async (category) => {
        const admin = house.client('admin');
        const report = (await admin.post('/api/v1/reports', { text: '量一量时间', category, area: GRID })).json;
        const item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${report.number}`)).json.items[0]);
        admin.close();
        return item.id;
    };

    /** Cases BASE + size + 1 … BASE + n, as the plain one, over all micro-grids; the fold need not count them. */
    const grow = async (n) => {
        for (; size < n; size = Math.min(size + SLICE, n))
            await house.sql(`BEGIN;
                CREATE TEMP TABLE place AS SELECT row_number() OVER (ORDER BY a.id) - 1 AS i, a.id, a.code, s.id AS holder
                    FROM areas a JOIN staff s ON s.code = left(a.code, 15) || '-leader' WHERE a.level = 'micro' AND a.valid_to IS NULL;
                INSERT INTO cases (id, version, decided, xid, workflow, state, level, grade, area_id, area, born_area_id, category, holder,
                        title, lat, lon, training, restricted, opened_at, due_at, wake_at, clocks, more)
                    SELECT ${BASE} + g.i, 1, 1, pg_current_xact_id(), t.workflow, t.state, t.level, t.grade, p.id, p.code, p.id, t.category, p.holder,
                        t.title, t.lat, t.lon, t.training, t.restricted, t.opened_at, t.due_at + (g.i % 400 - 80) * interval '1 hour',
                        t.wake_at + (1 + g.i % 864000) * interval '1 second' + interval '1 hour', t.clocks, t.more
                    FROM generate_series(${size + 1}, ${Math.min(size + SLICE, n)}) AS g (i)
                    JOIN place p ON p.i = g.i % (SELECT count(*) FROM place), cases t WHERE t.id = ${plain};
                INSERT INTO events (case_id, n, xid, type, at, deciding, actor, area, category, level, state, holder, training, was, data)
                    SELECT c.id, 1, c.xid, t.type, t.at, t.deciding, t.actor, c.area, t.category, t.level, t.state, c.holder, t.training, t.was, t.data
                    FROM cases c, events t WHERE c.id > ${BASE + size} AND c.id <= ${BASE + Math.min(size + SLICE, n)} AND t.case_id = ${plain} AND t.n = 1;
                UPDATE rollup_cursor SET xid = pg_current_xact_id(), case_id = 9223372036854775807, n = 0;
                COMMIT`);
        await house.sql('VACUUM (ANALYZE) cases, events');
    };

    /** So many of them, from all over, want to be woken: the duty desk has not acknowledged them in time. */
    const makeDue = async () => (await house.sql(`UPDATE cases SET wake_at = '${new Date().toISOString()}', clocks = (
            SELECT json_object_agg(k, CASE WHEN k = 'acknowledge' THEN v || jsonb_build_object('start', (v ->> 'start')::int8 - 1200000000,
                'due', (v ->> 'due')::int8 - 1200000000) - 'fired' ELSE v || '{"fired": 100}' END)
            FROM cases u, jsonb_each(u.clocks::jsonb) AS e (k, v) WHERE u.id = ${urgent})
        WHERE id IN (SELECT ${BASE} + 1 + ${round++} + i * ${Math.floor(size / DUE)} FROM generate_series(0, ${DUE - 1}) AS i) RETURNING id`)).map(([id]) => id);

    const struck = async (ids) => {
        await waitFor('all of them to have struck', async () =>
            await house.count(`cases WHERE id IN (${ids}) AND (wake_at <= now() OR wake_tries > 0)`) === 0, { seconds: 120, everyMs: 200 });
        const rows = await house.sql(`SELECT count(*), extract(epoch FROM at) * 1e6, bool_and(data ->> 'clock' = 'acknowledge')
            FROM events WHERE case_id IN (${ids}) AND n > 1 GROUP BY at ORDER BY at`);
        const [[cases, events]] = await house.sql(`SELECT count(DISTINCT case_id), count(*) FROM events WHERE case_id IN (${ids}) AND n > 1`);
        assert.deepEqual([Number(cases), Number(events)], [DUE, DUE], 'each strikes once');
        assert.ok(rows.every(([, , right]) => right === 't'), 'by the clock that was due');
        assert.ok(rows.length > 1, 'in several batches');
        return (Number(rows.at(-1)[1]) - Number(rows[0][1])) / (DUE - Number(rows[0][0]));
    };

    const wakeThousand = async () => {
        const times = [];
        while (times.length < ROUNDS)
            times.push(await struck(await makeDue()));
        eachUs.set(size, Math.min(...times)); // what else runs on the machine only adds to it
        say(`${size} open cases: ${times.map((t) => t.toFixed(0)).join(', ')} us for each of ${DUE} that were woken`);
    };

    /** The plan that triage gets; args: of EXECUTE, which is then run and taken back. */
    const plan = async (name, args) => {
        const text = statement(name);
        const n = Math.max(...[...text.replace(/--[^\n]*/g, '').matchAll(/\$(\d+)/g)].map(([, k]) => Number(k)));
        const rows = await house.sql(`BEGIN; SET LOCAL plan_cache_mode = force_generic_plan; SET LOCAL enable_seqscan = off; SET LOCAL jit = off;
            PREPARE s AS ${text};
            EXPLAIN (${args ? 'ANALYZE, BUFFERS' : 'COSTS OFF'}) EXECUTE s(${args ?? Array(n).fill('NULL').join(', ')}); ROLLBACK`);
        const whole = rows.map(([line]) => line).join('\n');
        assert.doesNotMatch(whole, WATCHED, `${name}:\n${whole}`);
        const pages = [...whole.matchAll(/Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/g)].map(([, hit = 0, read = 0]) => Number(hit) + Number(read));
        return { whole, pages: Math.max(0, ...pages) };
    };

    before(async () => {
        house = await Instance.up({ name: 'scale', env: { WANGGE_BUILD: 'release' } });
        [plain, urgent] = [await open(PLAIN), await open(URGENT)];
        await house.drain();
        await house.service('down', 'reporting-1'); // its fold would count what grows here
    });
    after(async () => {
        assert.deepEqual(house.logs.unasked(), [], 'no process died unasked');
        await house?.down();
        say(`it took ${Math.round((Date.now() - began) / 1000)} s`);
    });

    it('a thousand of twenty thousand are woken, each once', async () => {
        await grow(FEW);
        await wakeThousand();
    });

    it('it grows', async () => {
        const since = Date.now();
        await grow(MANY);
        say(`${MANY} cases and their events were written in ${Math.round((Date.now() - since) / 1000)} s`);
    });

    it('no statement on the way of a due case reads a table from end to end', async () => {
        await house.service('down', 'triage-1');
        after(() => house.service('up', 'triage-1'));
        const ids = await makeDue();
        const now = `'${new Date().toISOString()}'`, until = `'${new Date(Date.now() + 60000).toISOString()}'`;
        for (const [name, args] of [['claim_due', `${now}, ${until}, 200`], ['claim_due_alone', `${now}, ${until}, 1`],
            ['read_case', `'{${ids.slice(0, 200)}}', NULL, NULL`], ['lock_cases', `'{${ids.slice(0, 200)}}'`],
            ['settle_wake', `'{${ids[0]}}', '{1}', '{2100-01-01}'`], ['apply_steps'], ['read_answer', `${ids[0]}, 1`]]) {
            const { whole, pages } = await plan(name, args);
            say(`${name}: ${args ? `${pages} pages` : 'planned'}`);
            assert.ok(pages < PAGES_MOST, whole);
        }
        const [[tablePages]] = await house.sql("SELECT relpages FROM pg_class WHERE oid = 'cases'::regclass");
        say(`cases has ${tablePages} pages`);
        await house.service('up', 'triage-1');
        await struck(ids);
    });

    it('a thousand of two million are woken as fast', async () => {
        await wakeThousand();
        const growth = eachUs.get(MANY) / eachUs.get(FEW);
        say(`time for each, ${MANY} to ${FEW} open cases: ${growth.toFixed(2)}`);
        assert.ok(growth < GROWTH_MOST, `${growth.toFixed(2)} times as long`);
    });

    it('lists that staff look at', async () => {
        await house.service('up', 'reporting-1');
        await house.ready();
        const leaders = (await house.sql("SELECT code FROM staff WHERE code LIKE '%-leader' AND left_at IS NULL AND code ~ '^[0-9]' ORDER BY md5(code) LIMIT 40")).map(([code]) => code);
        const askers = [['a leader', leaders], ['a secretary', [...new Set(leaders.map((code) => `${code.slice(0, 12)}-secretary`))]], ['the supervisor', Array(10).fill('410103-supervisor')]];
        for (const path of ['/api/v1/cases?overdue=true&limit=50', '/api/v1/cases?limit=50', '/api/v1/inbox'])
            for (const [who, codes] of askers) {
                const times = [];
                for (const code of codes) {
                    const client = house.client(code), since = performance.now();
                    const { status, text } = await client.get(path);
                    times.push(performance.now() - since);
                    assert.equal(status, 200, text);
                    client.close();
                }
                say(`${path} of ${who}: p50 ${quantile(times, 0.5).toFixed(0)} ms, p95 ${quantile(times, 0.95).toFixed(0)} ms`);
            }
    });
});
