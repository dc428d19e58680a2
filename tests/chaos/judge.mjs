// The one checker of all chaos, for good builds and for deliberately bad ones alike, with the same arguments. It believes
// the clients (reports, staff, mailbox) and looks at what is there once faults have stopped and time to drain was given.
// A finding is a line that names the id it is about; no finding is a pass.
import { run, TOP } from '../lib/instance.mjs';
import { reportsOf } from '../lib/history.mjs';
import { replay } from './replay.mjs';
import { waitFor } from '../lib/wait.mjs';
import { join } from 'node:path';

// How long after it took a mail a kill of notification may still come before the sending is on record.
const RECORDING_MS = 15000;

async function drained(house, seconds, find) {
    const began = Date.now();
    try {
        await house.drain(seconds);
    } catch (error) {
        find(`the backlog is not gone within ${seconds} s: ${error.message}`);
    }
    return (Date.now() - began) / 1000;
}

function judgeReports(sums, find) {
    for (const one of sums.lost)
        find(`lost: report ${one.id} (${one.mark}): ${one.why}`);
    for (const one of sums.unexpected)
        find(`unexpected: report ${one.id} (${one.mark}): ${one.why ?? 'nobody sent it'}`);
    for (const one of sums.duplicated)
        find(`duplicated: ${one.mark}: reports ${one.reports.join(' ')}, cases of each ${one.cases.join(' ')}${one.answers ? `, answered ${[one.id, ...one.answers].join(' and ')}` : ''}`);
}

/** Each case is opened once and hangs on a report; counted here apart from the replayer and from schema/checks. */
async function judgeCases(house, find) {
    const rows = await house.sql(`
        SELECT 'case ' || c.id || ' is opened ' || count(e.n) || ' times'
        FROM (SELECT DISTINCT id FROM cases) c LEFT JOIN events e ON e.case_id = c.id AND e.type = 'case.opened' GROUP BY c.id HAVING count(e.n) <> 1
        UNION ALL SELECT 'case ' || id || ' stands ' || count(*) || ' times' FROM cases GROUP BY id HAVING count(*) <> 1
        UNION ALL SELECT 'case ' || c.id || ' has no report' FROM cases c WHERE NOT EXISTS (SELECT FROM case_reports l WHERE l.case_id = c.id)
        UNION ALL SELECT 'report ' || report_id || ' has ' || count(*) || ' links' FROM case_reports GROUP BY report_id HAVING count(*) <> 1`);
    for (const [text] of rows)
        find(text);
}

/** A repeat bears the same id and needs its own excuse: its answer was withheld, or notification was killed meanwhile. */
function judgeMails(post, kills, sent, find) {
    const byId = new Map();
    for (const mail of post.mails)
        byId.set(mail.id, [...(byId.get(mail.id) ?? []), mail]);
    let excused = 0;
    for (const [id, same] of byId) {
        if (!id || new Set(same.map((mail) => mail.to.join())).size > 1)
            find(`mail ${id} went to ${[...new Set(same.map((mail) => mail.to.join()))].join(' and ')}`);
        for (let i = 1; i < same.length; i++) {
            const killed = kills.some((at) => at >= same[i - 1].at - 100 && at <= same[i].at && at - same[i - 1].at < RECORDING_MS);
            if (same[i - 1].how === 'cut' || killed)
                excused++;
            else
                find(`mail ${id} to ${same[i].to} came again after ${same[i].at - same[i - 1].at} ms, its answer was given and nobody was killed`);
        }
    }
    // One that was withheld in the end may have come before, with its answer lost.
    if (byId.size < sent.told || byId.size > sent.told + sent.withheld)
        find(`${byId.size} distinct Message-IDs came, ${sent.told} deliveries by mail are sent`);
    return { received: post.mails.length, distinct: byId.size, withheld: post.withheld, repeats: excused };
}

/** A stall that is the stop we sent: no work in it, ended by our SIGCONT, hardly longer than the stop. */
function ourStop(line, stops) {
    const [, name, ts, took, cpu] = /^(\S+): .* ts=(\S+) .*event=stall took_us=(\d+) cpu_us=(\d+)/.exec(line) ?? [];
    const at = Date.parse(ts);
    return name !== undefined && Number(cpu) < 50000 && stops.some((one) => one.name === name && at > one.from && at < one.to + 1000
        && Number(took) < (one.to - one.from) * 1000 + 50000);
}

/**
 * house stands still but for its backlog. Gives {sums, findings}. kills: when notification was killed (ms); stops: [{name, from, to}];
 * allow: log lines that the faults of this run ask for.
 */
export async function judge({ house, load, hands, post, kills = [], stops = [], drainSeconds = 60, allow = [] }) {
    const findings = [], find = (text) => findings.push(text), sums = {};
    sums.drained = await drained(house, drainSeconds, find);
    const rows = await reportsOf(house, load.prefix);
    sums.reports = load.history.check(rows);
    judgeReports(sums.reports, find);
    const others = await house.count('reports WHERE parent IS NULL') - rows.length; // parts are judged by the replayer
    if (others !== 0)
        find(`unexpected: ${others} reports that bear no mark of this run`);
    await judgeCases(house, find);
    // Neither what time did, nor what a case went through because another one moved.
    const events = await house.sql(`SELECT e.case_id, e.n, e.data ->> 'action', e.type FROM events e JOIN cases c ON c.id = e.case_id JOIN workflows w ON w.id = c.workflow
        WHERE e.n > 1 AND e.data ->> 'clock' IS NULL
          AND (e.data ->> 'task' IS NOT NULL OR w.definition #> ARRAY['actions', e.data ->> 'action', 'by'] IS DISTINCT FROM '[]'::jsonb)`);
    sums.actions = hands.check(events.map(([id, n, action, type]) => ({ case: id, n: Number(n), action, type })));
    sums.actions.faults.forEach(find);
    sums.replayed = await replay(house, { mail: post !== undefined });
    sums.replayed.faults.forEach((text) => find(`replay: ${text}`));
    const aside = await house.sql("SELECT 'arrival ' || report_id, reason FROM arrivals WHERE set_aside_at IS NOT NULL UNION ALL SELECT 'notice ' || case_id || '/' || n, reason FROM notices WHERE set_aside_at IS NOT NULL UNION ALL SELECT 'delivery ' || id, reason FROM deliveries WHERE state = 'failed'");
    for (const [what, reason] of aside)
        find(`set aside: ${what}: ${reason}`);
    if (post !== undefined)
        sums.mails = judgeMails(post, kills, { told: await house.count("deliveries WHERE channel = 'mail' AND state = 'sent'"),
            withheld: await house.count("deliveries WHERE channel = 'mail' AND state = 'withheld'") }, find);
    const check = await run(join(TOP, 'ops/check'), ['--age', '0'], { env: house.env });
    sums.check = check.out.trim().split('\n').at(-1);
    if (check.code !== 0)
        find(`ops/check --age 0: ${check.out.trim().split('\n').filter((line) => !/^ {4}/.test(line)).join('; ')}`);
    house.logs.faults(allow).filter((line) => !ourStop(line, stops)).forEach((line) => find(`log: ${line}`));
    house.logs.unasked().forEach((line) => find(`unasked: ${line}`));
    return { sums, findings };
}

/** Waits until every service is ready after the last fault. */
export async function calm(house, seconds = 60) {
    await waitFor('every service to be ready', async () => {
        const client = house.client();
        try {
            return (await client.get('/readyz', { timeoutMs: 5000 })).status === 200;
        } finally {
            client.close();
        }
    }, { seconds, everyMs: 200 });
}
