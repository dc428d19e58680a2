// Waking at size: two million open cases, a thousand of them due. Promise: no statement on the way of a due case reads
// `cases` or `events` from end to end, by the planner's own choice; each due case strikes once; what one takes does not grow
// with how many are open: two cities side by side, one a hundred times as large, take turns, so that whatever else runs on
// the machine meets both, and the middle of the ratios is judged.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Instance, TOP } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';

const FEW = 20000, MANY = Number(process.env.WANGGE_SCALE ?? 2000000), SLICE = 250000;
const BASE = 1000000, DUE = 1000, ROUNDS = 7;
const GRID = '410103007012004', PLAIN = 'litter', URGENT = 'gas-leak';
const GROWTH_MOST = 2; // of the time a case, from few to many
const PAGES_MOST = 20000; // that a claim of 200 may touch: `cases` has ten times as many
const WATCHED = /Seq Scan on (cases|events)\b/;

const say = (text) => console.log(`# ${text}`);
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.floor(q * (list.length - 1))];
const statement = (name) => readFileSync(join(TOP, 'services/triage/sql', `${name}.sql`), 'utf8').trim().replace(/;$/, '');

/** A city with so many open cases; reporting is down, since its fold would count what grows here. */
class City {
    static async up(name) {
        const city = Object.assign(new City(), { house: await Instance.up({ name, env: { WANGGE_BUILD: 'release' } }), size: 0, round: 0 });
        [city.plain, city.urgent] = [await city.open(PLAIN), await city.open(URGENT)];
        await city.house.drain();
        await city.house.service('down', 'reporting-1');
        return city;
    }

    async open(category) {
        const admin = this.house.client('admin');
        const report = (await admin.post('/api/v1/reports', { text: '量一量时间', category, area: GRID })).json;
        const item = await waitFor('the case', async () => (await admin.get(`/api/v1/cases?report=${report.number}`)).json.items[0]);
        admin.close();
        return item.id;
    }

    /** Cases BASE + size + 1 … BASE + n, as the plain one, over all micro-grids; the fold need not count them. */
    async grow(n) {
        for (; this.size < n; this.size = Math.min(this.size + SLICE, n))
            await this.house.sql(SLICE_SQL({ from: this.size, to: Math.min(this.size + SLICE, n), plain: this.plain }));
        await this.house.sql('VACUUM (ANALYZE) cases, events');
    }

    /** So many of them, from all over, want to be woken: the duty desk has not acknowledged them in time. None is woken in two rounds. */
    async makeDue() {
        const rows = await this.house.sql(`UPDATE cases SET wake_at = '${new Date().toISOString()}', clocks = (
                SELECT json_object_agg(k, CASE WHEN k = 'acknowledge' THEN v || jsonb_build_object('start', (v ->> 'start')::int8 - 1200000000,
                    'due', (v ->> 'due')::int8 - 1200000000) - 'fired' ELSE v || '{"fired": 100}' END)
                FROM cases u, jsonb_each(u.clocks::jsonb) AS e (k, v) WHERE u.id = ${this.urgent})
            WHERE id IN (SELECT ${BASE} + 1 + ${this.round++} + i * ${Math.floor(this.size / DUE)} FROM generate_series(0, ${DUE - 1}) AS i) RETURNING id`);
        return rows.map(([id]) => id);
    }

    /** The time for each of them in microseconds, from the first batch to the last. */
    async struck(ids) {
        await waitFor('all of them to have struck', async () =>
            await this.house.count(`cases WHERE id IN (${ids}) AND (wake_at <= now() OR wake_tries > 0)`) === 0, { seconds: 120, everyMs: 200 });
        const rows = await this.house.sql(`SELECT count(*), extract(epoch FROM at) * 1e6, bool_and(data ->> 'clock' = 'acknowledge')
            FROM events WHERE case_id IN (${ids}) AND n > 1 GROUP BY at ORDER BY at`);
        const [[cases, events]] = await this.house.sql(`SELECT count(DISTINCT case_id), count(*) FROM events WHERE case_id IN (${ids}) AND n > 1`);
        assert.deepEqual([Number(cases), Number(events)], [DUE, DUE], 'each strikes once');
        assert.ok(rows.every(([, , right]) => right === 't'), 'by the clock that was due');
        assert.ok(rows.length > 1, 'in several batches');
        return (Number(rows.at(-1)[1]) - Number(rows[0][1])) / (DUE - Number(rows[0][0]));
    }

    async wakeThousand() {
        return this.struck(await this.makeDue());
    }

    /** The plan of a statement of triage, generic as it is there, but free to scan; args: of EXECUTE, which is then run and taken back. */
    async plan(name, args) {
        const text = statement(name);
        const n = Math.max(...[...text.replace(/--[^\n]*/g, '').matchAll(/\$(\d+)/g)].map(([, k]) => Number(k)));
        const rows = await this.house.sql(`BEGIN; SET LOCAL plan_cache_mode = force_generic_plan;
            PREPARE s AS ${text};
            EXPLAIN (${args ? 'ANALYZE, BUFFERS' : 'COSTS OFF'}) EXECUTE s(${args ?? Array(n).fill('NULL').join(', ')}); ROLLBACK`);
        const whole = rows.map(([line]) => line).join('\n');
        assert.doesNotMatch(whole, WATCHED, `${name}:\n${whole}`);
        const pages = [...whole.matchAll(/Buffers: shared(?: hit=(\d+))?(?: read=(\d+))?/g)].map(([, hit = 0, read = 0]) => Number(hit) + Number(read));
        return { whole, pages: Math.max(0, ...pages) };
    }

    async down() {
        assert.deepEqual(this.house.logs.unasked(), [], 'no process died unasked');
        await this.house.down();
    }
}

const SLICE_SQL = ({ from, to, plain }) => `BEGIN;
    CREATE TEMP TABLE place AS SELECT row_number() OVER (ORDER BY a.id) - 1 AS i, a.id, a.code, s.id AS holder
        FROM areas a JOIN staff s ON s.code = left(a.code, 15) || '-leader' WHERE a.level = 'micro' AND a.valid_to IS NULL;
    INSERT INTO cases (id, version, decided, xid, workflow, state, level, grade, area_id, area, born_area_id, category, holder,
            title, lat, lon, training, restricted, opened_at, due_at, wake_at, clocks, more)
        SELECT ${BASE} + g.i, 1, 1, pg_current_xact_id(), t.workflow, t.state, t.level, t.grade, p.id, p.code, p.id, t.category, p.holder,
            t.title, t.lat, t.lon, t.training, t.restricted, t.opened_at, t.due_at + (g.i % 400 - 80) * interval '1 hour',
            t.wake_at + (1 + g.i % 864000) * interval '1 second' + interval '1 hour', t.clocks, t.more
        FROM generate_series(${from + 1}, ${to}) AS g (i)
        JOIN place p ON p.i = g.i % (SELECT count(*) FROM place), cases t WHERE t.id = ${plain};
    INSERT INTO events (case_id, n, xid, type, at, deciding, actor, area, category, level, state, holder, training, was, data)
        SELECT c.id, 1, c.xid, t.type, t.at, t.deciding, t.actor, c.area, t.category, t.level, t.state, c.holder, t.training, t.was, t.data
        FROM cases c, events t WHERE c.id > ${BASE + from} AND c.id <= ${BASE + to} AND t.case_id = ${plain} AND t.n = 1;
    UPDATE rollup_cursor SET xid = pg_current_xact_id(), case_id = 9223372036854775807, n = 0;
    COMMIT`;

describe('two million open cases', () => {
    let small, large, house;
    const began = Date.now();
    before(async () => {
        small = await City.up('few');
        large = await City.up('scale');
        house = large.house;
    });
    after(async () => {
        try {
            await small?.down();
        } finally {
            await large?.down();
        }
        say(`it took ${Math.round((Date.now() - began) / 1000)} s`);
    });

    it('it grows', async () => {
        const since = Date.now();
        await small.grow(FEW);
        await large.grow(MANY);
        say(`${MANY} cases and their events were written in ${Math.round((Date.now() - since) / 1000)} s`);
    });

    it('no statement on the way of a due case reads a table from end to end', async () => {
        await house.service('down', 'triage-1');
        after(() => house.service('up', 'triage-1'));
        const ids = await large.makeDue();
        const now = `'${new Date().toISOString()}'`, until = `'${new Date(Date.now() + 60000).toISOString()}'`;
        for (const [name, args] of [['claim_due', `${now}, ${until}, 200`], ['claim_due_alone', `${now}, ${until}, 1`],
            ['read_case', `'{${ids.slice(0, 200)}}', NULL, NULL`], ['lock_cases', `'{${ids.slice(0, 200)}}'`],
            ['settle_wake', `'{${ids[0]}}', '{1}', '{2100-01-01}'`], ['apply_steps'], ['read_answer', `${ids[0]}, 1`]]) {
            const { whole, pages } = await large.plan(name, args);
            say(`${name}: ${args ? `${pages} pages` : 'planned'}`);
            assert.ok(pages < PAGES_MOST, whole);
        }
        const [[tablePages]] = await house.sql("SELECT relpages FROM pg_class WHERE oid = 'cases'::regclass");
        say(`cases has ${tablePages} pages`);
        await house.service('up', 'triage-1');
        await large.struck(ids);
    });

    it('a thousand of two million are woken as fast as of twenty thousand, in turns', async () => {
        const few = [], many = [];
        while (many.length < ROUNDS) {
            few.push(await small.wakeThousand());
            many.push(await large.wakeThousand());
        }
        for (const [n, times] of [[FEW, few], [MANY, many]])
            say(`${n} open cases: ${times.map((t) => t.toFixed(0)).join(', ')} us for each of ${DUE} that were woken`);
        const ratios = many.map((t, i) => t / few[i]), growth = quantile(ratios, 0.5);
        say(`time for each, ${MANY} to ${FEW} open cases: ${ratios.map((one) => one.toFixed(2)).join(', ')}; the middle: ${growth.toFixed(2)}`);
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
