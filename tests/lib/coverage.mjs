// Which route × status of schema/openapi.yaml no test has seen: `node tests/lib/coverage.mjs SEEN` lists them, exit 1.
import { readFileSync } from 'node:fs';
import { contract } from './contract.mjs';

const seen = new Set(readFileSync(process.argv[2], 'utf8').split('\n'));
const missing = [...contract.statuses()].map((row) => row.join(' ')).filter((row) => !seen.has(row));
for (const row of missing)
    console.log(`not ok - no test has seen ${row}`);
const all = [...contract.statuses()].length;
console.log(`# ${all - missing.length} of ${all} route × status seen`);
console.log(`# pass ${all - missing.length}\n# fail ${missing.length}`);
process.exitCode = missing.length === 0 ? 0 : 1;
