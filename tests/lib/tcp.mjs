// Turns an instance that ops/up brought up into one that could stand on several machines: the bus over tcp:// with CURVE,
// PostgreSQL over TCP with a password for each role (scram), the services on ports behind nginx. All on loop-back
// addresses of its own, so that several such instances stand side by side.
import { execFileSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, randomBytes, randomInt } from 'node:crypto';
import { join } from 'node:path';

const PG_BIN = '/usr/lib/postgresql/15/bin';
const PORT = 8080, BUS_PORT = 5570;

function pair() {
    const { d, x } = generateKeyPairSync('x25519').privateKey.export({ format: 'jwk' });
    return { secret: Buffer.from(d, 'base64url'), public: Buffer.from(x, 'base64url') };
}

/** home: of a running instance. names: its services' (`intake-1` …). strangers: names that get a pair the bus does not know. */
export function overTcp(home, { names, strangers = [] }) {
    const settings = readFileSync(join(home, 'settings'), 'utf8');
    const run = /^WANGGE_RUN=(.*)$/m.exec(settings)[1];
    const net = `127.${randomInt(2, 255)}.${randomInt(0, 255)}`;
    const sv = (verb, name) => execFileSync('sv', ['-w', '30', verb, join(home, 'service', name)]);
    const superuser = (sql) => execFileSync(`${PG_BIN}/psql`, ['-X', '-q', '-v', 'ON_ERROR_STOP=1', `host=${run} user=wangge-postgres dbname=wangge`], { input: sql });
    const write = (path, bytes) => {
        writeFileSync(path, bytes);
        chmodSync(path, 0o644);
    };

    appendFileSync(join(home, 'postgres/wangge.conf'), `listen_addresses = '${net}.1'\n`);
    appendFileSync(join(home, 'postgres/pg_hba.conf'), 'host all all all scram-sha-256\n');
    const services = names.filter((name) => !/^(postgres|nginx)-/.test(name));
    const kinds = [...new Set(services.map((name) => name.split('-')[0]))];
    const passwords = Object.fromEntries(kinds.map((kind) => [kind, randomBytes(16).toString('hex')]));
    superuser(kinds.map((kind) => `ALTER ROLE "wangge-${kind}" PASSWORD '${passwords[kind]}';`).join('\n'));

    const bus = pair();
    const pairs = Object.fromEntries(services.map((name) => [name, name.startsWith('bus-') ? bus : pair()]));
    let conf = readFileSync(join(home, 'nginx/nginx.conf'), 'utf8');
    services.forEach((name, i) => {
        const [kind, n] = name.split('-'), keys = join(home, 'curve', name), address = `${net}.${i + 2}`;
        mkdirSync(join(keys, 'clients'), { recursive: true });
        write(join(keys, 'secret'), pairs[name].secret);
        write(join(keys, 'public'), pairs[name].public);
        write(join(keys, 'bus.public'), bus.public);
        for (const other of kind === 'bus' ? services.filter((one) => !strangers.includes(one)) : [])
            write(join(keys, 'clients', other), pairs[other].public);
        const env = { WANGGE_LISTEN: `${address}:${PORT}`, WANGGE_CURVE: keys, WANGGE_BUS_ADDRESS: `tcp://${net}.1:${BUS_PORT + randomBase(net)}`,
            WANGGE_DB: `host=${net}.1 port=5432 dbname=wangge user=wangge-${kind} password=${passwords[kind]} tcp_user_timeout=10000 application_name=wangge-${kind}-${n}` };
        for (const [variable, value] of Object.entries(env))
            write(join(home, 'service', name, 'env', variable), value);
        conf = conf.replaceAll(`http://unix:${run}/${name}.sock:`, `http://${address}:${PORT}`).replaceAll(`unix:${run}/${name}.sock`, `${address}:${PORT}`);
    });
    write(join(home, 'nginx/nginx.conf'), conf);
    sv('restart', 'postgres-1');
    for (const name of services)
        sv('restart', name);
    sv('hup', 'nginx-1');
}

// The bus binds on all addresses, so its six ports are drawn from the network's number.
function randomBase(net) {
    const [, b, c] = net.split('.').map(Number);
    return 6 * ((b * 256 + c) % 4000);
}
