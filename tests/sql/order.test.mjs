// Race: a transaction that got its xid early writes a case that a sibling with a later xid has just changed. Without the
// guard `xid < pg_current_xact_id()` the log would show n = 3 before n = 2. With it the late writer writes nothing and
// decides anew, and (xid, case_id, n) orders the log and each case alike.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { Cluster } from '../lib/cluster.mjs';
import { waitFor } from '../lib/wait.mjs';

const STEP = (guard) => `UPDATE cases SET version = version + 1, xid = pg_current_xact_id() WHERE id = 1 AND version = 2 ${guard} RETURNING version;`;

describe('the order of the log', () => {
    let cluster;
    before(async () => {
        cluster = await Cluster.open();
    });
    after(() => cluster.close());

    /** A session that stays open: what it has printed so far is in .out. */
    function session() {
        const child = spawn('/usr/lib/postgresql/15/bin/psql', ['-X', '-q', '-A', '-t', `host=${cluster.folder} dbname=wangge user=postgres`]);
        const self = { out: '', say: (text) => child.stdin.write(text + '\n'), end: () => child.stdin.end() };
        child.stdout.on('data', (piece) => { self.out += piece; });
        return self;
    }

    async function race(guard) {
        await cluster.sql(`TRUNCATE cases; INSERT INTO cases (id, version, decided, xid, workflow, state, level, area_id, area, born_area_id, title, training, opened_at, clocks)
            VALUES (1, 1, 1, '3', 1, 'x', 'grid', 1, '410103', 1, '', false, '2026-01-01Z', '{}')`);
        const early = session();
        early.say(`BEGIN; SELECT 'early ' || pg_current_xact_id();`); // has its xid, holds no row yet
        await waitFor('the early xid', () => /early \d+/.test(early.out));
        await cluster.sql(`UPDATE cases SET version = 2, xid = pg_current_xact_id() WHERE id = 1 AND xid < pg_current_xact_id()`);
        early.say(STEP(guard) + `SELECT 'done'; COMMIT;`);
        await waitFor('the early writer', () => /done/.test(early.out));
        early.end();
        return /^3$/m.test(early.out);
    }

    it('without the guard the late writer would write behind the log', async () => {
        assert.equal(await race(''), true);
    });
    it('with the guard it writes nothing', async () => {
        assert.equal(await race('AND xid < pg_current_xact_id()'), false);
    });
});
