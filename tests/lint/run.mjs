// What no compiler says: `node tests/lint/run.mjs [rule…]`. A line for each rule; under it, every fault with its place.
// No fault is waved through: an exception is a line with its reason in tests/lint/literals.txt, or `over: …` at the top
// of the file that is too long.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import * as code from './code.mjs';
import * as sql from './sql.mjs';
import * as papers from './papers.mjs';
import * as texts from './texts.mjs';

const top = fileURLToPath(new URL('../..', import.meta.url));

export const tree = {
    top,
    files: execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: top, encoding: 'utf8' })
        .split('\n').filter((file) => file !== '').sort(),
    cache: new Map(),
    text(file) {
        if (!this.cache.has(file))
            this.cache.set(file, readFileSync(join(top, file), 'utf8'));
        return this.cache.get(file);
    },
    matching(pattern) {
        return this.files.filter((file) => pattern.test(file));
    },
    run(command, args) {
        try {
            return execFileSync(command, args, { cwd: top, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], maxBuffer: 64 << 20 });
        } catch (error) {
            return { failed: true, text: `${error.stdout ?? ''}${error.stderr ?? ''}` || String(error) };
        }
    },
};
tree.files = tree.files.filter((file) => {
    try {
        tree.text(file);
        return true;
    } catch {
        return false; // deleted, not yet committed
    }
});

const rules = { ...code.rules, ...sql.rules, ...papers.rules, ...texts.rules };
const wanted = process.argv.slice(2);
let failed = 0, passed = 0;
for (const [name, rule] of Object.entries(rules)) {
    if (wanted.length > 0 && !wanted.includes(name))
        continue;
    const faults = rule(tree);
    console.log(`${faults.length === 0 ? 'ok' : 'not ok'} - lint: ${name}`);
    for (const fault of faults.slice(0, 60))
        console.log(`    ${fault}`);
    if (faults.length > 60)
        console.log(`    … and ${faults.length - 60} more`);
    faults.length === 0 ? passed++ : failed++;
}
console.log(`# ${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
