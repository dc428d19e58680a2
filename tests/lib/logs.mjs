// The logs of an instance, read from where the test began: what must never stand in them, and who died unasked.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';

const SANITIZER = /AddressSanitizer|LeakSanitizer|UndefinedBehaviorSanitizer|runtime error:|ThreadSanitizer/;
const NEVER = [
    [SANITIZER, 'a sanitizer speaks'],
    [/event=stall\b/, 'a handler held the loop for over 50 ms'],
    [/event=alarm(?!-over)\b/, 'the service holds itself for at fault'],
    [/level=fatal\b/, 'fatal'],
    [/Assertion .* failed|assertion failed|terminate called|stack smashing/i, 'an assertion'],
    [/event=set-aside\b/, 'something was set aside'],
];

export class Logs {
    constructor(instance) {
        this.instance = instance;
        this.folder = join(instance.home, 'log');
        this.began = new Map();
        // A shared instance has the lines of earlier test files, which have judged them.
        if (!instance.own)
            for (const [name, lines] of this.all())
                this.began.set(name, lines.length);
    }

    /** name → lines, rotated files first. */
    all() {
        const all = new Map();
        if (!existsSync(this.folder))
            return all;
        for (const name of readdirSync(this.folder)) {
            const folder = join(this.folder, name);
            if (!statSync(folder).isDirectory())
                continue;
            const files = readdirSync(folder).filter((file) => /^@.*\.[su]$|^current$/.test(file)).sort((a, b) =>
                (a === 'current') - (b === 'current') || a.localeCompare(b));
            all.set(name, files.flatMap((file) => readFileSync(join(folder, file), 'utf8').split('\n').filter((line) => line !== '')));
        }
        return all;
    }

    since(name) {
        return (this.all().get(name) ?? []).slice(this.began.get(name) ?? 0);
    }

    /** All lines since the test began that match. */
    grep(pattern, only) {
        const found = [];
        for (const name of this.all().keys())
            if (only === undefined || name.startsWith(only))
                found.push(...this.since(name).filter((line) => pattern.test(line)));
        return found;
    }

    faults(allow = []) {
        const found = [];
        for (const name of this.all().keys())
            for (const line of this.since(name))
                for (const [pattern, why] of NEVER)
                    if (pattern.test(line) && !allow.some((one) => one.test(line)))
                        found.push(`${name}: ${why}: ${line.slice(0, 400)}`);
        return found;
    }

    /** Services that started more often than they were asked to. */
    unasked() {
        const found = [];
        for (const name of this.all().keys()) {
            const starts = this.since(name).filter((line) => /event=started\b/.test(line)).length;
            const expected = (this.instance.own ? 1 : 0) + (this.instance.asked[name] ?? 0);
            if (starts > expected)
                found.push(`${name} started ${starts} times, asked for ${expected}`);
        }
        return found;
    }
}
