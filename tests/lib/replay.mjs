// No impossible history: the log judged again by another program, in another language, than the one that wrote it. Each
// event must be a legal step of the workflow version that its case names, its effects applied must give the next row and
// at the end the case's own row; its deadlines are reckoned again minute by minute; and it has exactly the notices that
// its row of the workflow says, as deliveries on exactly the channels of the notice's file. What is wrong comes back as
// a list of lines; nothing here repairs or guesses.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WorkTime } from './worktime.mjs';

const NOTICES = fileURLToPath(new URL('../../schema/notices', import.meta.url));
const CLOCKS_RECKONED = 400; // minute by minute is slow: a fixed share of the clocks of a large log

export async function replay(instance, { mail = false } = {}) {
    const world = await load(instance, mail);
    const faults = [];
    for (const [id, events] of world.events)
        replayCase(world, id, events, faults);
    return { cases: world.events.size, faults };
}

async function load(instance, mail) {
    const json = async (text) => (await instance.sql(text)).map(([cell]) => JSON.parse(cell));
    const by = (rows, key) => rows.reduce((map, row) => map.set(row[key], [...(map.get(row[key]) ?? []), row]), new Map());
    const events = new Map();
    for (const event of await json(`SELECT to_jsonb(e) - 'xid' FROM events e ORDER BY case_id, n`))
        events.has(event.case_id) ? events.get(event.case_id).push(event) : events.set(event.case_id, [event]);
    const key = (row) => `${row.case_id}/${row.n}`;
    const deliveries = new Map();
    for (const delivery of await json('SELECT to_jsonb(d) FROM deliveries d'))
        deliveries.has(key(delivery)) ? deliveries.get(key(delivery)).push(delivery) : deliveries.set(key(delivery), [delivery]);
    return {
        events, deliveries, mail,
        aside: new Set((await json('SELECT to_jsonb(n) FROM notices n')).map((row) => `${key(row)}/${row.rule}`)),
        cases: new Map((await json(`SELECT to_jsonb(c) - 'xid' FROM cases c`)).map((row) => [row.id, row])),
        workflows: new Map((await json('SELECT to_jsonb(w) FROM workflows w')).map((row) => [row.id, row.definition])),
        categories: new Map((await json('SELECT to_jsonb(k) FROM categories k')).map((row) => [row.code, row])),
        calendars: new Map((await json('SELECT to_jsonb(k) FROM calendars k')).map((row) => [row.version, new WorkTime(row.definition)])),
        posts: by(await json(`SELECT jsonb_build_object('staff', p.staff_id, 'post', p.post, 'area', a.code) FROM posts p JOIN areas a ON a.id = p.area_id`), 'staff'),
        duty: by(await json(`SELECT jsonb_build_object('staff', d.staff_id, 'post', d.post, 'area', a.code) FROM duty d JOIN areas a ON a.id = d.area_id`), 'staff'),
        reachable: new Set(await json('SELECT to_jsonb(id) FROM staff WHERE has_email')),
        reporters: new Set(await json('SELECT to_jsonb(report_id) FROM reporters WHERE consent AND has_email')),
        notices: new Map(readdirSync(NOTICES).filter((file) => file.endsWith('.json')).map((file) => JSON.parse(readFileSync(join(NOTICES, file), 'utf8')))
            .map((notice) => [notice.rule, notice])),
        reckoned: 0,
    };
}

/** In the area or above it holds the post, or stands in for it. */
const holds = (world, staff, post, area) => [...(world.posts.get(staff) ?? []), ...(world.duty.get(staff) ?? [])]
    .some((row) => row.post === post && (area.startsWith(row.area) || area.startsWith(row.area.replace(/(000)+(?=\d{3}$)/, ''))));

function replayCase(world, id, events, faults) {
    const row = world.cases.get(id);
    const workflow = world.workflows.get(row?.workflow);
    if (workflow === undefined) {
        faults.push(`case ${id}: no row or no workflow`);
        return;
    }
    let now = { state: workflow.initial, level: workflow.open.level, area: null, area_id: null, category: null, grade: null, holder: null, party: null,
        reason: null, resolver: null, outcome: null, due_at: null, wake_at: null, clocks: {} };
    for (const event of events) {
        const say = (text) => faults.push(`case ${id} event ${event.n} ${event.type}: ${text}`);
        const before = now;
        const action = event.n === 1 ? opening(workflow, event, say) : legal(world, workflow, before, event, say);
        now = { ...before, ...event.data.effects };
        if (action !== undefined && event.n > 1 && now.state !== action.to)
            say(`leads to ${now.state}, the workflow says ${action.to}`);
        for (const name of ['state', 'level', 'area', 'category', 'holder', 'party'])
            if ((event[name] ?? null) !== (now[name] ?? null))
                say(`${name} is ${event[name]}, its effects give ${now[name]}`);
        deadlines(world, workflow, now, say);
        told(world, workflow, action, now, event, say);
    }
    const micro = (text) => (text === null ? null : Date.parse(text) * 1000 + Number((/\.\d{3}(\d{3})/.exec(text) ?? [0, '0'])[1]));
    const end = { ...row, due_at: micro(row.due_at), wake_at: micro(row.wake_at) };
    for (const name of ['state', 'level', 'area', 'area_id', 'category', 'grade', 'holder', 'party', 'reason', 'resolver', 'outcome', 'due_at', 'wake_at'])
        if ((end[name] ?? null) !== (now[name] ?? null))
            faults.push(`case ${id}: its row says ${name} ${end[name]}, its log ${now[name]}`);
    if (JSON.stringify(sorted(row.clocks)) !== JSON.stringify(sorted(now.clocks)))
        faults.push(`case ${id}: its row has the clocks ${JSON.stringify(row.clocks)}, its log ${JSON.stringify(now.clocks)}`);
    if (row.version !== events.length)
        faults.push(`case ${id}: version ${row.version}, ${events.length} events`);
}

const sorted = (value) => (value === null || typeof value !== 'object' ? value
    : Object.fromEntries(Object.keys(value).sort().map((key) => [key, sorted(value[key])])));

/** The walk of the step that opens a case: from the initial state, each action of the walk once, in order. */
function opening(workflow, event, say) {
    if (event.type !== workflow.open.event)
        say(`the first event is not ${workflow.open.event}`);
    let state = workflow.initial;
    for (const [i, passed] of (event.data.passed ?? []).entries()) {
        const action = workflow.actions[workflow.open.walk[i]];
        if (action === undefined || !action.from.includes(state) || action.to !== passed)
            say(`walked from ${state} to ${passed}, which is not the walk`);
        state = passed;
    }
    if (state !== event.state)
        say(`is ${event.state}, the walk got to ${state}`);
    if (event.actor !== null)
        say('was opened by a person');
    const complete = event.data.passed?.length === workflow.open.walk.length;
    if (complete && event.data.effects.holder == null)
        say('walked to its end without a holder');
    if (!complete && event.data.effects.reason == null)
        say('waits without a reason');
    return complete ? workflow.actions[workflow.open.walk.at(-1)] : { notices: workflow.open.waits };
}

/** One action by one who may: the state it begins in, who took it, what it needs. */
function legal(world, workflow, before, event, say) {
    const found = Object.entries(workflow.actions).find(([name, action]) => action.event === event.type && name === event.data.action);
    if (found === undefined) {
        say(`${event.data.action} is no action of the workflow`);
        return undefined;
    }
    const [, action] = found;
    if (!action.from.includes(before.state))
        say(`begins in ${before.state}, legal in ${action.from.join(', ')}`);
    const may = action.by.some((who) => (who === 'holder' ? event.actor === before.holder : holds(world, event.actor, who, before.area)));
    if (!may)
        say(`was taken by staff ${event.actor}, who is not ${action.by.join(' or ')}`);
    if ((action.guards ?? []).includes('not-resolver') && event.actor === before.resolver)
        say('was verified by who resolved it');
    for (const field of action.fields ?? [])
        if (field.required && event.data.input?.[field.name] === undefined)
            say(`lacks ${field.name}`);
    for (const name of Object.keys(event.data.input ?? {}))
        if (!(action.fields ?? []).some((field) => field.name === name))
            say(`has a field ${name} that the action does not`);
    return action;
}

/** Clocks that run: due as the limit says, in working time; wake_at the earliest of them. */
function deadlines(world, workflow, now, say) {
    for (const [name, clock] of Object.entries(now.clocks)) {
        const limit = world.categories.get(now.category)?.limits?.[name] ?? workflow.clocks[name]?.limit;
        const calendar = world.calendars.get(clock.calendar);
        if (limit === undefined || calendar === undefined) {
            say(`the clock ${name} has no limit or no calendar`);
            continue;
        }
        if (world.reckoned++ > CLOCKS_RECKONED)
            continue;
        const reckoned = calendar.deadline(Math.floor(clock.start / 1000), limit);
        if (Math.abs(clock.due / 1000 - reckoned) > 1)
            say(`the clock ${name} ends ${new Date(clock.due / 1000).toISOString()}, reckoned ${new Date(reckoned).toISOString()}`);
    }
    const earliest = Object.values(now.clocks).reduce((least, clock) => Math.min(least, clock.due), Infinity);
    if ((now.wake_at ?? Infinity) !== earliest)
        say(`wakes at ${now.wake_at}, its first clock ends ${earliest}`);
}

/** Exactly the notices of the workflow's row, each to whom it says, on exactly the channels of its file. */
function told(world, workflow, action, now, event, say) {
    const wanted = new Map((action?.notices ?? []).map((notice) => [notice.rule, notice]));
    const found = world.deliveries.get(`${event.case_id}/${event.n}`) ?? [];
    for (const delivery of found)
        if (!wanted.has(delivery.rule))
            say(`someone was told by ${delivery.rule}, which the workflow does not say`);
    for (const [rule, notice] of wanted) {
        if (world.aside.has(`${event.case_id}/${event.n}/${rule}`))
            continue;
        const file = world.notices.get(rule);
        const mine = found.filter((delivery) => delivery.rule === rule);
        const mailOn = world.mail && !event.training;
        if (notice.to === 'reporter') {
            const expected = mailOn && world.reporters.has(event.case_id) && file.to_reporter_channels.includes('mail') ? 1 : 0;
            if (mine.length !== expected || mine.some((delivery) => delivery.report !== event.case_id))
                say(`${rule}: ${mine.length} deliveries to the reporter, ${expected} expected`);
            continue;
        }
        const staff = [...new Set(mine.map((delivery) => delivery.staff))];
        if (staff.length === 0)
            say(`${rule}: nobody was told`);
        for (const one of staff) {
            const fits = notice.to === 'holder' ? one === now.holder : holds(world, one, workflow.people[notice.to], now.area);
            if (!fits)
                say(`${rule}: staff ${one} was told, who is no ${notice.to}`);
            const channels = mine.filter((delivery) => delivery.staff === one).map((delivery) => delivery.channel).sort().join();
            const expected = file.channels.filter((channel) => channel !== 'mail' || (mailOn && world.reachable.has(one))).sort().join();
            if (channels !== expected)
                say(`${rule}: staff ${one} was told by ${channels || 'nothing'}, ${expected} expected`);
        }
    }
}
