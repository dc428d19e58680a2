// A throwaway PostgreSQL for the SQL tests: the schema and the grants as ops/migrate lays them, no data, no services.
// fsync is off here alone, since nothing in these tests crashes (the instances that do keep it on).
import { chmodSync, chownSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import assert from 'node:assert/strict';
import { TOP, run } from './instance.mjs';

const BIN = '/usr/lib/postgresql/15/bin';
export const ROLES = ['owner', 'bus', 'registry', 'intake', 'triage', 'notification', 'reporting'].map((kind) => `wangge-${kind}`);

export class Cluster {
    static async open() {
        const cluster = new Cluster();
        cluster.folder = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'wg-sql-'));
        chmodSync(cluster.folder, 0o755);
        if (process.getuid() === 0) {
            const { out } = await run('id', ['-u', 'postgres']);
            chownSync(cluster.folder, Number(out), 0);
        }
        await cluster.as(`${BIN}/initdb`, ['-D', `${cluster.folder}/data`, '-U', 'postgres', '-A', 'trust', '--locale=C.UTF-8', '-E', 'UTF8', '--no-sync']);
        await cluster.as(`${BIN}/pg_ctl`, ['-D', `${cluster.folder}/data`, '-w', '-l', `${cluster.folder}/log`, '-o',
            `-c listen_addresses='' -c unix_socket_directories=${cluster.folder} -c fsync=off -c jit=off`, 'start']);
        await cluster.build();
        return cluster;
    }

    async as(command, args) {
        const { code, out, err } = process.getuid() === 0 ? await run('setpriv', ['--reuid=postgres', '--regid=postgres', '--clear-groups', command, ...args], { cwd: '/' })
            : await run(command, args);
        assert.equal(code, 0, `${command}: ${out}${err}`);
    }

    async build() {
        await this.sql(ROLES.map((role) => `CREATE ROLE "${role}" LOGIN;`).join('\n') + 'CREATE DATABASE wangge OWNER "wangge-owner";', 'postgres');
        await this.sql('CREATE EXTENSION postgis; CREATE EXTENSION pgtap; GRANT CREATE ON SCHEMA public TO "wangge-owner";');
        const folder = join(TOP, 'schema/migrations');
        for (const file of readdirSync(folder).filter((name) => name.endsWith('.sql')).sort())
            await this.sql(`SET client_min_messages = warning; SET ROLE "wangge-owner"; BEGIN; ${readFileSync(join(folder, file), 'utf8')}; COMMIT;`);
        await this.sql(`BEGIN; SET ROLE "wangge-owner"; ${readFileSync(join(TOP, 'schema/grants.sql'), 'utf8')}; COMMIT;`);
    }

    /** {code, out, err} of psql reading this text, one row a line, cells separated by |. */
    psql(text, { database = 'wangge', variables = {}, stop = true } = {}) {
        return run(`${BIN}/psql`, ['-X', '-q', '-A', '-t', '-P', 'null=∅', ...(stop ? ['-v', 'ON_ERROR_STOP=1'] : []),
            ...Object.entries(variables).flatMap(([name, value]) => ['-v', `${name}=${value}`]),
            `host=${this.folder} dbname=${database} user=postgres`], { input: text });
    }

    async sql(text, database = 'wangge', variables = {}) {
        const { code, out, err } = await this.psql(text, { database, variables });
        assert.equal(code, 0, `psql: ${err}\n${text.slice(0, 600)}`);
        return out.trim() === '' ? [] : out.trim().split('\n').map((line) => line.split('|'));
    }

    async close() {
        await this.as(`${BIN}/pg_ctl`, ['-D', `${this.folder}/data`, '-m', 'immediate', 'stop']);
        rmSync(this.folder, { recursive: true, force: true });
    }
}
