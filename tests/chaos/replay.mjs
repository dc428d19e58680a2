// The log judged again, by another program than the one that wrote it. For each case the events are taken in the order
// of n; each must be a step that the workflow version named by the case allows (from, action, by whom, guards, to, event),
// its effects must be those of that action, clocks are reckoned anew from the calendar and their pauses, time strikes
// each clock once and not before its time, and what the effects add up to must be the rows in `cases` and `tasks`. From
// the same steps follows who had to be told: each delivery that must exist, and no other.
// Nothing here is shared with services/triage: only the workflow file, the calendar and the registers are. Written from
// schema/workflows/README.md: replay-rules.mjs is its language, replay-clocks.mjs its clocks, replay-case.mjs one case.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../lib/instance.mjs';
import { Walk } from './replay-case.mjs';
import { Registers } from './replay-registers.mjs';
import { Turn } from './replay-rules.mjs';

const json = async (house, select) => (await house.sql(`SELECT row_to_json(q)::text FROM (${select}) AS q`)).map(([text]) => JSON.parse(text));
const micros = (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

const QUERIES = {
    workflows: 'SELECT id, definition FROM workflows',
    calendars: 'SELECT code, version, definition FROM calendars ORDER BY code, version',
    categories: 'SELECT code, grade, restricted, limits, responsible FROM categories',
    areas: `SELECT id, parent_id, code, level, calendar, 'area:' || code IN (SELECT object FROM audit WHERE action = 'area.changed') AS changed
        FROM areas ORDER BY valid_to NULLS LAST`,
    staff: `SELECT id, code, has_email, party_id, successor_id, ${micros('left_at')} FROM staff`,
    parties: `SELECT id, code, kind, calendar, 'party:' || code IN (SELECT object FROM audit WHERE action = 'party.changed') AS changed FROM parties`,
    posts: `SELECT staff_id, post, area_id, ${micros('valid_from')}, ${micros('valid_to')} FROM posts`,
    duty: `SELECT staff_id, post, area_id, kind, ${micros('starts_at')}, ${micros('ends_at')} FROM duty`,
    reports: `SELECT r.id::text, r.category, r.entered_by AS opener, r.source_system IS NOT NULL AS source, coalesce(r.source_system, r.channel) AS kind, r.about IS NOT NULL AS about, p.report_id IS NOT NULL AS reporter,
        (extract(epoch FROM r.source_due_at) * 1000000)::bigint AS external_due, (extract(epoch FROM r.source_return_by) * 1000000)::bigint AS return_by,
        r.backfilled, r.handled IS NOT NULL AS handled
        FROM reports r JOIN cases c ON c.id = r.id LEFT JOIN reporters p ON p.report_id = r.id`,
    parts: 'SELECT parent::text AS case_id, id::text, text, entered_by AS actor FROM reports WHERE parent IS NOT NULL ORDER BY parent, received_at, id',
    mails: 'SELECT l.case_id::text, l.report_id::text FROM case_reports l JOIN reporters p USING (report_id) WHERE p.has_email AND p.consent',
    forgotten: 'SELECT report_id::text AS id FROM forgotten',
    cases: `SELECT id::text, version, decided, workflow, state, level, grade, area_id, area, category, holder, party, reason, resolver, outcome, training,
        restricted, ${micros('opened_at')}, ${micros('due_at')}, ${micros('wake_at')}, wake_tries, clocks, more, master FROM cases ORDER BY cases.id`,
    tasks: 'SELECT case_id::text, k, party, staff, state, open, text FROM tasks ORDER BY tasks.case_id, k',
    events: `SELECT case_id::text, n, xid::text::bigint AS xid, type, ${micros('at')}, deciding, actor, area, category, level, state, holder, party, data
        FROM events ORDER BY events.case_id, n`,
    deliveries: `SELECT case_id || '/' || n || '/' || rule || '/' || coalesce('staff ' || staff, 'report ' || report) || '/' || channel AS told, report::text
        FROM deliveries ORDER BY deliveries.id`,
};

async function read(house, names) {
    const data = {};
    for (const name of names)
        data[name] = await json(house, QUERIES[name]);
    data.rules = readdirSync(join(TOP, 'schema/notices')).filter((name) => name.endsWith('.json'))
        .map((name) => JSON.parse(readFileSync(join(TOP, 'schema/notices', name), 'utf8')));
    return data;
}

/** Everything that is looked at, as plain rows. */
export async function readAll(house) {
    const data = await read(house, Object.keys(QUERIES));
    data.forgotten = data.forgotten.map((row) => row.id);
    return data;
}

/** The registers alone, without what was said and done. */
export async function readCity(house) {
    return { ...await read(house, ['workflows', 'calendars', 'categories', 'areas', 'staff', 'parties', 'posts', 'duty']), reports: [], mails: [], forgotten: [] };
}

/** One case as it lies there: (actor {staff, reporter}, action, now) → whether the file lets them take it now. */
export async function standing(house, city, id) {
    const of = (name, column) => json(house, `SELECT * FROM (${QUERIES[name]}) AS q WHERE ${column} = '${id}'`);
    const [[row], [report], followers, events, tasks] = await Promise.all([of('cases', 'id'), of('reports', 'id'),
        json(house, `SELECT q.* FROM (${QUERIES.reports}) AS q JOIN cases c ON c.id::text = q.id WHERE c.master = ${id}`), of('events', 'case_id'), of('tasks', 'case_id')]);
    const [[joined, children]] = await house.sql(`SELECT (SELECT count(*) FROM case_reports WHERE case_id = ${id} AND report_id <> ${id}) + (SELECT count(*) FROM cases WHERE master = ${id}),
        (SELECT count(*) FROM reports q LEFT JOIN cases d ON d.id = q.id LEFT JOIN workflows w ON w.id = d.workflow
            WHERE q.parent = ${id} AND (w.definition #>> ARRAY['states', d.state, 'final']) IS DISTINCT FROM 'true')`);
    const registers = new Registers({ ...city, reports: [report, ...followers] }), facts = { category: null, ...report, id };
    const walk = new Walk({ registers, row: { ...row, tasks }, facts, merged: () => ({ now: followers.map((one) => one.id), unsure: [] }), say: () => {} }); // whether it came so is judged afterwards
    walk.run(events);
    const known = { ...facts, reporter: [report, ...followers].some((one) => one.reporter), reports: 1 + Number(joined), children: Number(children), opened_at: row.opened_at, lastActor: walk.last.actor };
    return (actor, action, now) => walk.lets(new Turn({ flow: walk.flow, registers, before: walk.now, after: structuredClone(walk.now), facts: known, actor, now }), action);
}

function grouped(rows) {
    const groups = new Map();
    for (const row of rows) {
        if (!groups.has(row.case_id))
            groups.set(row.case_id, []);
        groups.get(row.case_id).push(row);
    }
    return groups;
}

/** When which case was merged into which and parted from it: case → [[xid, id of the merged one, whether it is in]]. */
function mergers(events) {
    const into = new Map();
    const add = (master, ...turn) => into.set(String(master), [...(into.get(String(master)) ?? []), turn]);
    for (const [id, list] of events) {
        let master;
        for (const { xid, data } of list) {
            const next = data.effects?.more === undefined ? master : data.effects.more.master;
            if (next !== master && master !== undefined)
                add(master, xid, id, false);
            if (next !== master && next !== undefined)
                add(next, xid, id, true);
            master = next;
        }
    }
    return into;
}

/** Those in it before xid, and those that went in or out later: their reporters may hear of it, as the notice is taken. */
function followersOf(turns) {
    return (xid) => {
        const before = new Map(turns.filter(([at]) => at < xid).map(([, id, is]) => [id, is]));
        return { now: [...before].filter(([, is]) => is).map(([id]) => id), unsure: turns.filter(([at]) => at >= xid).map(([, id]) => id) };
    };
}

/** Two cases that move together: each names the other, in one transaction, and the one goes through what the other pulls. */
function judgePartners(walks, fault) {
    const all = walks.flatMap((walk) => walk.partners.map((one) => ({ ...one, id: walk.row.id })));
    for (const one of all) {
        const other = all.find((two) => two.id === String(one.partner) && two.xid === one.xid && String(two.partner) === one.id);
        if (other === undefined || (one.pulls !== undefined && other.action !== one.pulls) || (one.pulls === undefined && other.pulls !== one.action))
            fault(one.id, `event ${one.n}: ${one.action} with ${one.partner}, which did not go through its part at that moment`);
    }
}

/** Each splitting made one part, in the words and by the hand of whoever split it; nothing else made one. */
function judgeParts(data, walks, fault) {
    const parts = grouped(data.parts), texts = (list) => JSON.stringify(list.map(([actor, text]) => `${actor}: ${text}`).sort());
    for (const walk of walks) {
        const split = walk.events.filter((event) => walk.flow?.actions[event.data.action]?.split === true && event.data.task === undefined);
        const wanted = texts(split.map((event) => [event.actor, event.data.input.text])), got = texts((parts.get(walk.row.id) ?? []).map((part) => [part.actor, part.text]));
        if (wanted !== got)
            fault(walk.row.id, `it was split into ${wanted}, its parts are ${got}`);
    }
}

function judgeDeliveries(data, walks, faults) {
    const told = new Map(), forgotten = new Set(data.forgotten);
    for (const one of walks.flatMap((walk) => walk.told))
        told.set(one, (told.get(one) ?? 0) + 1);
    const unsure = new Set(walks.flatMap((walk) => walk.unsure));
    for (const { told: one, report } of data.deliveries) {
        if (forgotten.has(report) || unsure.delete(one))
            continue; // whether they had a mail address is forgotten, too
        if (!told.has(one))
            faults.push(`delivery ${one}: nobody had to be told`);
        else if (told.get(one) === 0)
            faults.push(`delivery ${one}: twice`);
        else
            told.set(one, told.get(one) - 1);
    }
    for (const [one, left] of told)
        if (left > 0)
            faults.push(`delivery ${one}: is missing`);
}

/** What readAll gave, judged: {cases, events, deliveries, faults: [text with the id]}. */
export function judgeAll(data) {
    const registers = new Registers(data), events = grouped(data.events), tasks = grouped(data.tasks), into = mergers(events);
    const faults = [], fault = (id, what) => faults.push(`case ${id}: ${what}`);
    const walks = data.cases.map((row) => {
        const merged = followersOf((into.get(row.id) ?? []).sort(([a], [b]) => a - b));
        const facts = { category: null, ...registers.reports.get(row.id), id: row.id };
        const walk = new Walk({ registers, row: { ...row, tasks: tasks.get(row.id) ?? [] }, facts, merged, say: (what) => fault(row.id, what) });
        walk.run(events.get(row.id) ?? []);
        return walk;
    });
    judgePartners(walks, fault);
    judgeParts(data, walks, fault);
    judgeDeliveries(data, walks, faults);
    return { cases: data.cases.length, events: data.events.length, deliveries: data.deliveries.length, faults };
}

/** The same of a whole instance that stands still. */
export async function replay(house, { mail = true } = {}) {
    const data = await readAll(house);
    if (!mail)
        for (const rule of data.rules)
            Object.assign(rule, { channels: rule.channels.filter((one) => one !== 'mail'), to_reporter_channels: [] });
    return judgeAll(data);
}
