// Long troubles, none of them a crash of ours (DESIGN 5, "SQLSTATE decides who is to blame"): PostgreSQL away for a
// minute, a right that is missing, a minute of backlog, a row in every batch that PostgreSQL refuses. Each time reports
// flow through the front door, and at the end the clients' histories, the log and schema/checks say what became of them.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { Instance, KINDS } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { Load } from '../lib/load.mjs';
import { pause, waitFor } from '../lib/wait.mjs';
import { calm } from './judge.mjs';
import { replay } from './replay.mjs';

const SECONDS = 60;
const GRID = '410103007012003';

describe('troubles', () => {
    let house, category;
    before(async () => {
        house = await Instance.up({ name: 'trouble' });
        const admin = house.client('admin', { checked: false });
        category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
        admin.close();
    });
    after(async () => {
        await house?.down();
    });

    const pids = () => Object.fromEntries(KINDS.map((kind) => [kind, house.pid(`${kind}-1`)]));
    const flow = (options = {}) => new Load(house, { make: () => ({ category, area: GRID }), ...options });
    const metric = async (service, name) => Number(new RegExp(`^${name}(?:\\{[^}]*\\})? (\\S+)$`, 'm').exec((await house.inside(service).get('/metrics')).text)?.[1] ?? NaN);
    const tries = async () => Number(await house.one('SELECT coalesce(max(tries), 0) FROM arrivals'));
    const aside = () => house.count('arrivals WHERE set_aside_at IS NOT NULL');
    const resident = (name) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${house.pid(name)}/status`, 'utf8'))[1]) / 1024;

    async function sums(load, { poisoned = 0 } = {}) {
        await house.drain(60);
        const found = load.history.check(await reportsOf(house, load.prefix));
        load.close();
        assert.deepEqual([found.lost, found.unexpected, found.duplicated], [[], [], []]);
        assert.equal(await aside(), poisoned);
        assert.deepEqual((await house.checks()).broken, []);
        assert.deepEqual((await replay(house, { mail: false })).faults, []);
        console.log(`# ${found.sent} sent, ${found.answered} acknowledged, ${found.unknowns} unknown, ${found.refused} refused; none lost, none doubled`);
        return found;
    }

    it(`PostgreSQL away for ${SECONDS} s: 503 with the reason after 5 s, nobody exits, memory stands, all resumes`, async () => {
        const load = flow({ keyed: 1 }), before = pids(), answers = [];
        load.start(30);
        await waitFor('some to be answered', () => load.next > 60);
        const memory = resident('intake-1');
        const watcher = house.client(undefined, { checked: false });
        await house.service('down', 'postgres-1');
        const away = Date.now();
        const ask = async (at) => {
            const { status, json, headers } = await watcher.post('/api/v1/reports', { text: `没有数据库 ${at}` });
            answers.push({ at: at - away, took: Date.now() - at, status, type: json?.type, retry: headers['retry-after'] });
        };
        const asked = [];
        while (Date.now() - away < SECONDS * 1000) {
            asked.push(ask(Date.now()));
            await pause(500);
        }
        await Promise.all(asked);
        const queue = await metric('intake', 'wangge_intake_queue_items'), memoryThen = resident('intake-1');
        const early = answers.filter((one) => one.at + one.took < 4000 && one.status === 503);
        const late = answers.filter((one) => one.at > 7000);
        assert.deepEqual(early, [], 'intake is patient for 5 s');
        assert.ok(late.length > 60 && late.every((one) => one.status === 503 && /:database-away$/.test(one.type) && one.retry !== undefined && one.took < 3000),
            JSON.stringify(late.filter((one) => one.status !== 503 || !/:database-away$/.test(one.type) || one.retry === undefined || one.took >= 3000).slice(0, 5)));
        assert.deepEqual(pids(), before, 'nobody has exited');
        assert.ok(queue <= 2000, `${queue} reports wait in intake`);
        // The quarantine of the address sanitizer grows for a while; what must not happen is growth with each request.
        assert.ok(memoryThen - memory < 120, `intake grew from ${memory} to ${memoryThen} MB`);
        await house.service('up', 'postgres-1');
        const back = Date.now();
        await calm(house);
        console.log(`# ready ${Date.now() - back} ms after PostgreSQL; intake ${memory.toFixed(0)} → ${memoryThen.toFixed(0)} MB (with sanitizers)`);
        await load.stop();
        watcher.close();
        assert.deepEqual(pids(), before, 'all came back without a restart');
        await sums(load);
    });

    it('a right is missing: triage takes no work, is not ready, raises an alarm and judges no row; then it resumes', async () => {
        const load = flow(), pid = house.pid('triage-1'), client = house.client();
        load.start(20);
        await waitFor('some to be answered', () => load.next > 20);
        await house.sql('REVOKE INSERT ON cases FROM "wangge-triage"');
        const missing = await waitFor('/readyz to name triage', async () => {
            const { status, json } = await client.get('/readyz');
            return status === 503 && json;
        });
        assert.ok(missing.missing.some((one) => one.startsWith('triage')), JSON.stringify(missing));
        await waitFor('the alarm', () => house.logs.grep(/event=alarm\b.*42501/, 'triage').length > 0);
        const cases = await house.count('cases'), sent = load.next;
        await waitFor('reports to go on', () => load.next > sent + 300);
        assert.equal(await house.count('cases'), cases, 'no case is opened meanwhile');
        assert.equal(await aside(), 0, 'no row is judged');
        assert.ok(await tries() <= 1, `tries ${await tries()}`);
        await house.sql('GRANT INSERT ON cases TO "wangge-triage"');
        await calm(house);
        await load.stop();
        client.close();
        assert.equal(house.pid('triage-1'), pid, 'and it never died');
        const found = await sums(load);
        assert.ok(found.answered > 300, JSON.stringify(found));
    });

    it(`${SECONDS} s of backlog: taken up in batches within a minute, tries stay, nothing is set aside`, async () => {
        await house.service('down', 'triage-1');
        const load = flow();
        load.start(60, { uploadEvery: 10 });
        await pause(SECONDS * 1000);
        await load.stop();
        const behind = await house.count('arrivals');
        assert.ok(behind > 1000, `${behind} reports wait`);
        await house.service('up', 'triage-1');
        const began = Date.now();
        let most = 0;
        await waitFor('the backlog to go', async () => {
            most = Math.max(most, await tries());
            return await house.count('arrivals') === 0;
        }, { seconds: 60, everyMs: 20 });
        const took = Date.now() - began, batches = await metric('triage', 'wangge_arrivals_batch_items_count');
        console.log(`# ${behind} reports of backlog gone ${took} ms after triage's start, in ${batches} batches; at most ${most} tries`);
        assert.ok(most <= 1, `a row was claimed ${most} times`);
        assert.ok(behind / batches > 20, `${batches} batches for ${behind} reports`);
        await sums(load);
    });

    it('a poison row in every batch: the others pass, it is set aside with the reason, visibly', async () => {
        await house.sql(`
            CREATE FUNCTION poison() RETURNS trigger LANGUAGE plpgsql AS $$
            BEGIN IF position('毒' IN NEW.title) > 0 THEN RAISE EXCEPTION 'a row that PostgreSQL refuses' USING ERRCODE = '22023'; END IF; RETURN NEW; END $$;
            CREATE TRIGGER poison BEFORE INSERT ON cases FOR EACH ROW EXECUTE FUNCTION poison();`);
        const poisonous = (i) => i % 20 === 7;
        const load = new Load(house, { keyed: 1, make: (i) => ({ category, area: GRID, text: `«${load.prefix}${i}» 第 ${i} 条${poisonous(i) ? '毒' : ''}` }) });
        for (let i = 0; i < 20; i++)
            await Promise.all([load.upload(25), load.upload(25)]);
        const poisoned = Array.from({ length: load.next }, (_, i) => i).filter(poisonous).length;
        await waitFor('every poison row to be set aside', async () => await aside() === poisoned, { seconds: 60 });
        const found = await sums(load, { poisoned });
        assert.equal(found.answered, load.next);
        const rows = await house.sql('SELECT a.reason, r.text FROM arrivals a JOIN reports r ON r.id = a.report_id WHERE set_aside_at IS NOT NULL');
        assert.ok(rows.every(([reason, text]) => /22023/.test(reason) && /毒/.test(text)), JSON.stringify(rows.slice(0, 3)));
        const { apart } = await house.checks();
        assert.ok(apart.some((text) => text.startsWith('set_aside.sql')), 'ops/check shows them');
        assert.equal(await metric('triage', 'wangge_arrivals_set_aside_total'), poisoned);
        assert.equal((await house.client().get('/readyz')).status, 200, 'a bad row is no fault of the service');
        await house.sql('DROP TRIGGER poison ON cases; DROP FUNCTION poison()');
    });

    it('no sanitizer spoke, no handler held the loop, nobody died', () => {
        assert.deepEqual(house.logs.faults([/event=alarm\b.*42501/]), []);
        assert.deepEqual(house.logs.unasked(), []);
    });
});
