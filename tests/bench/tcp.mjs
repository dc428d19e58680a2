// tests/bench/tcp.mjs HOME: the instance as it would stand between machines (tests/lib/tcp.mjs), when it is ready again.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { overTcp } from '../lib/tcp.mjs';
import { Client } from '../lib/client.mjs';
import { waitFor } from '../lib/wait.mjs';

const home = process.argv[2];
overTcp(home, { names: readdirSync(join(home, 'service')).filter((name) => /-\d+$/.test(name)) });
const client = new Client({ port: Number(process.env.WANGGE_PORT), checked: false });
await waitFor('readiness', async () => (await client.get('/readyz')).status === 200, { seconds: 60 });
client.close();
