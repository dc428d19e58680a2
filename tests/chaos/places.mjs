// What the tests of fault points share: the list, in whose process each point is passed, and work that passes them all.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { KINDS } from '../lib/instance.mjs';

const COMMUNITY = '410103007012';
// Points of common/ are armed where they matter most.
const WHERE = {
    'service.start_settings': ['intake-1'], 'service.start_database': ['triage-1'], 'service.start_bind': ['reporting-1'],
    'db.commit_sent_no_answer': ['intake-1', 'triage-1', 'notification-1'],
    'bus.drop': ['intake-1'], 'bus.dup': ['intake-1', 'triage-1'], 'bus.reorder': ['intake-1'],
};
// Where a mail may have gone out already, and so may come again with the same id.
export const SENDING = new Set(['notification.after_send_before_record']);

/** Every point but the deliberate bugs, as the binary itself lists them. */
export const points = execFileSync(join(process.env.WANGGE_TEST_BUILD ?? '/tmp/wangge-test-build', 'services/intake/wangge-intake'), ['--list-faults'], { encoding: 'utf8' })
    .split('\n').filter((line) => line !== '' && !line.startsWith('bug.'));

export const places = (point) => WHERE[point] ?? KINDS.filter((kind) => point.startsWith(`${kind}.`)).map((kind) => `${kind}-1`);

/** Takes actions on what is open, with keys, and does not mind refusals: the checks judge. */
export async function actOnSome(house, tag) {
    const rows = await house.sql(`SELECT c.id, s.code, c.decided FROM cases c JOIN staff s ON s.id = c.holder WHERE c.state = 'dispatched' ORDER BY c.id DESC LIMIT 8`);
    for (const [id, holder, decided] of rows) {
        const client = house.client(holder, { checked: false });
        await client.post(`/api/v1/cases/${id}/actions`, { action: 'accept' }, { headers: { 'If-Match': `"${decided}"`, 'Idempotency-Key': `${tag}-${id}` }, timeoutMs: 8000 }).catch(() => {});
        client.close();
    }
}

/** Clocks strike only as time passes: for their points it does, two hours at a time. */
export const movesTime = (point) => /wake|tick/.test(point);

export function passTime(house, point) {
    if (movesTime(point))
        house.moveClock((house.offset ?? 0) + 7200);
}

let imported = 0;
export async function importSome(admin, tag) {
    // Another row each time: a file that changes nothing swaps nothing in.
    const file = `code,name,name_en,kind,area,email,phone\n${tag}-${++imported},单位,A party,other,${COMMUNITY},,\n`;
    return admin.send('POST', '/api/v1/imports/parties', { body: file, type: 'text/csv', timeoutMs: 8000 }).catch(() => {});
}

/** A category that a grid's leader holds, and reports that lie in nine grids of one community. */
export async function someReports(admin) {
    const category = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
    return (i) => ({ category, area: `${COMMUNITY}00${1 + i % 9}` });
}

/** A sweep finds work only where hints are lost: for its point they all are. Gives what ends that. */
export async function withoutHints(house, point) {
    const names = point === 'triage.after_lease_before_work' ? house.names().filter((name) => name.startsWith('intake-')) : [];
    for (const name of names)
        await house.arm(name, 'bus.drop:error');
    return async () => {
        for (const name of names) {
            house.disarm(name);
            await house.service('restart', name);
        }
    };
}
