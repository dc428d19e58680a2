// The log judged again, by another program than the one that wrote it. For each case the events are taken in the order
// of n; each must be a step that the workflow version named by the case allows (from, action, by whom, to, event), its
// effects must be those of that action, clocks are reckoned anew from the calendar, and what the effects add up to must
// be the row in `cases`. From the same steps follows who had to be told: each delivery that must exist, and no other.
// Nothing here is shared with services/triage: only the workflow file, the calendar and the registers are.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { TOP } from '../lib/instance.mjs';
import { WorkTime } from '../lib/worktime.mjs';

const FIELDS = ['state', 'level', 'grade', 'area_id', 'area', 'category', 'holder', 'reason', 'resolver', 'outcome', 'due_at', 'wake_at', 'restricted'];
const UNMET = { place: ['place', 'outside', 'grid'], category: ['category'], holder: ['holder'] };
// What each word of a workflow file may change in a row.
const CHANGES = { place: ['area', 'area_id'], category: ['category', 'grade', 'restricted'], holder: ['holder'], 'no-holder': ['holder'],
    'no-reason': ['reason'], resolver: ['resolver'], outcome: ['outcome'] };

const json = async (house, select) => (await house.sql(`SELECT row_to_json(q)::text FROM (${select}) AS q`)).map(([text]) => JSON.parse(text));
const micros = (column) => `(extract(epoch FROM ${column}) * 1000000)::bigint AS ${column}`;

class Registers {
    static async read(house) {
        const registers = new Registers();
        registers.workflows = new Map((await json(house, 'SELECT id, definition FROM workflows')).map((row) => [row.id, row.definition]));
        registers.calendars = new Map((await json(house, 'SELECT version, definition FROM calendars WHERE code = (SELECT min(code) FROM calendars)')).map((row) => [row.version, new WorkTime(row.definition)]));
        registers.categories = new Map((await json(house, 'SELECT code, grade, restricted, limits FROM categories')).map((row) => [row.code, row]));
        registers.areas = new Map((await json(house, 'SELECT id, parent_id, code, level FROM areas')).map((row) => [row.id, row]));
        registers.staff = new Map((await json(house, 'SELECT id, has_email FROM staff')).map((row) => [row.id, row]));
        registers.posts = await json(house, `SELECT staff_id, post, area_id, ${micros('valid_from')}, ${micros('valid_to')} FROM posts`);
        registers.leave = await json(house, `SELECT staff_id, post, area_id, ${micros('starts_at')}, ${micros('ends_at')} FROM duty WHERE kind = 'leave'`);
        registers.rules = new Map(readdirSync(join(TOP, 'schema/notices')).filter((name) => name.endsWith('.json'))
            .map((name) => JSON.parse(readFileSync(join(TOP, 'schema/notices', name), 'utf8'))).map((rule) => [rule.rule, rule]));
        registers.byPost = Map.groupBy?.(registers.posts, (row) => `${row.area_id}/${row.post}`) ?? registers.group();
        return registers;
    }

    group() {
        const groups = new Map();
        for (const row of this.posts)
            groups.set(`${row.area_id}/${row.post}`, [...(groups.get(`${row.area_id}/${row.post}`) ?? []), row]);
        return groups;
    }

    /** Who holds a post here, or in the nearest area above where somebody does. */
    people(areaId, post, at) {
        for (let area = this.areas.get(areaId); area !== undefined; area = this.areas.get(area.parent_id)) {
            const here = (this.byPost.get(`${area.id}/${post}`) ?? []).filter((row) => row.valid_from <= at && (row.valid_to === null || at < row.valid_to)
                && !this.leave.some((away) => away.staff_id === row.staff_id && away.area_id === area.id && away.post === post && away.starts_at <= at && at < away.ends_at));
            if (here.length > 0)
                return here.map((row) => row.staff_id);
        }
        return [];
    }

    /** A right counts for the area and all below it. */
    may(staff, post, areaId) {
        for (let area = this.areas.get(areaId); area !== undefined; area = this.areas.get(area.parent_id))
            if ((this.byPost.get(`${area.id}/${post}`) ?? []).some((row) => row.staff_id === staff))
                return true;
        return false;
    }
}

/** One case, stepped from nothing to its last event. */
class Walk {
    constructor(registers, row, mails, say) {
        Object.assign(this, { registers, row, say, mails, told: [], decided: 0, passedAt: -Infinity });
        this.flow = registers.workflows.get(row.workflow);
        this.now = Object.fromEntries(FIELDS.map((field) => [field, null]));
        this.now.clocks = {};
        this.now.restricted = false;
    }

    run(events) {
        if (this.flow === undefined)
            return this.say('names a workflow that does not exist');
        events.forEach((event, i) => {
            if (event.n !== i + 1)
                this.say(`event ${event.n} stands where ${i + 1} should`);
            if (event.n === 1)
                this.open(event);
            else
                this.step(event);
            if (event.deciding)
                this.decided = event.n;
            this.compareEvent(event);
        });
        this.compareRow(events.length);
    }

    /** Applies what the event says, after judging that it may say so. */
    apply(event, allowed) {
        for (const [key, value] of Object.entries(event.data.effects ?? {})) {
            if (!allowed.has(key))
                this.say(`event ${event.n} changes ${key}, which its action does not`);
            this.now[key] = value;
        }
    }

    open(event) {
        const { open, actions, initial } = this.flow;
        const before = structuredClone(this.now);
        if (event.type !== open.event)
            this.say(`begins with ${event.type}`);
        const passed = event.data.passed ?? [];
        this.apply(event, new Set([...FIELDS, 'clocks']));
        let state = initial;
        const rows = open.walk.slice(0, passed.length).map((name) => actions[name]);
        rows.forEach((row, i) => {
            if (!row.from.includes(state) || row.to !== passed[i])
                this.say(`passed ${passed[i]} from ${state}`);
            state = row.to;
        });
        if (this.now.state !== state || this.now.level !== open.level)
            this.say(`opened as ${this.now.state}/${this.now.level}, walked to ${state}/${open.level}`);
        this.judgeUnmet(event, passed);
        this.judgeClocks(event, before.clocks, [open, ...rows]);
        this.tell(event, rows.flatMap((row) => row.notices ?? []).concat(this.now.reason === null ? [] : open.waits));
    }

    judgeUnmet(event, passed) {
        const next = this.flow.open.walk[passed.length], unmet = event.data.facts?.unmet ?? null;
        if ((next === undefined) !== (unmet === null) || this.now.reason !== unmet)
            this.say(`passed ${passed.join()}, unmet ${unmet}, waits for ${this.now.reason}`);
        if (unmet !== null && next !== undefined && !(this.flow.actions[next].needs ?? []).some((need) => UNMET[need].includes(unmet)))
            this.say(`waits for ${unmet}, which ${next} does not need`);
        const grid = ['grid', 'micro'].includes(this.registers.areas.get(this.now.area_id)?.level);
        const have = { place: grid, category: this.now.category !== null, holder: this.now.holder !== null };
        for (const name of this.flow.open.walk.slice(0, passed.length))
            for (const need of this.flow.actions[name].needs ?? [])
                if (!have[need])
                    this.say(`passed ${name} without ${need}`);
        if (unmet === 'category' && have.category || unmet === 'grid' && grid)
            this.say(`waits for ${unmet}, which it has`);
    }

    step(event) {
        const row = this.flow.actions[event.data.action], before = structuredClone(this.now);
        if (row === undefined)
            return this.say(`event ${event.n}: the workflow has no action ${event.data.action}`);
        if (!row.from.includes(before.state))
            this.say(`event ${event.n}: ${event.data.action} from ${before.state}`);
        if (event.type !== row.event)
            this.say(`event ${event.n}: ${event.data.action} says ${event.type}`);
        const own = row.by.includes('holder') && event.actor === before.holder;
        if (!own && !row.by.some((post) => this.registers.may(event.actor, post, before.area_id)))
            this.say(`event ${event.n}: ${event.data.action} by ${event.actor}, who may not`);
        if ((row.guards ?? []).includes('not-resolver') && event.actor === before.resolver)
            this.say(`event ${event.n}: verified by its resolver`);
        this.apply(event, new Set(['state', 'clocks', 'due_at', 'wake_at', ...(row.effects ?? []).flatMap((word) => CHANGES[word])]));
        if (this.now.state !== row.to)
            this.say(`event ${event.n}: ${event.data.action} leads to ${this.now.state}`);
        const want = { 'no-reason': ['reason', null], 'no-holder': ['holder', null], resolver: ['resolver', event.actor],
            outcome: ['outcome', row.outcome ?? event.data.input?.reason] };
        for (const word of row.effects ?? [])
            if (want[word] && this.now[want[word][0]] !== want[word][1])
                this.say(`event ${event.n}: ${word} gave ${this.now[want[word][0]]}`);
        this.judgeClocks(event, before.clocks, [row], before.due_at);
        this.tell(event, row.notices ?? []);
    }

    /** Which clocks run after these rows, when they end, and what follows for the row. */
    judgeClocks(event, before, rows, dueBefore = null) {
        const running = structuredClone(before);
        let due = dueBefore;
        for (const row of rows) {
            for (const name of row.stop ?? [])
                for (const one of name === 'all' ? Object.keys(running) : [name])
                    delete running[one];
            for (const name of row.start ?? []) {
                const said = this.now.clocks[name];
                running[name] = said === undefined ? {} : { start: said.start, due: this.deadline(name, said), calendar: said.calendar };
                if (said !== undefined && (said.start > event.at || said.start < this.passedAt))
                    this.say(`event ${event.n}: clock ${name} starts outside its step`);
                if (this.flow.clocks[name].due)
                    due = running[name].due ?? null;
            }
        }
        if (!isDeepStrictEqual(this.now.clocks, running))
            this.say(`event ${event.n}: clocks ${JSON.stringify(this.now.clocks)}, reckoned ${JSON.stringify(running)}`);
        const wake = Object.values(running).reduce((least, one) => least === null || one.due < least ? one.due : least, null);
        if (this.now.due_at !== due || this.now.wake_at !== wake)
            this.say(`event ${event.n}: due ${this.now.due_at} wakes ${this.now.wake_at}, reckoned ${due} ${wake}`);
        this.passedAt = event.at - 1000000; // clocks of two machines may differ by a second
    }

    deadline(name, clock) {
        const limit = this.registers.categories.get(this.now.category)?.limits[name] ?? this.flow.clocks[name].limit;
        return Math.round(this.registers.calendars.get(clock.calendar).deadline(clock.start / 1000, limit) * 1000);
    }

    tell(event, notices) {
        for (const notice of notices) {
            const rule = this.registers.rules.get(notice.rule);
            if (rule === undefined) {
                this.say(`event ${event.n}: no rule ${notice.rule}`);
                continue;
            }
            if (notice.to === 'reporter') {
                if (!this.row.training && rule.to_reporter_channels.includes('mail'))
                    this.told.push(...this.mails.map((report) => `${this.row.id}/${event.n}/${notice.rule}/report ${report}/mail`));
                continue;
            }
            const staff = notice.to === 'holder' ? [this.now.holder] : this.registers.people(this.now.area_id, this.flow.people[notice.to], event.at).slice(0, 8);
            for (const one of staff)
                for (const channel of rule.channels)
                    if (channel === 'inbox' || (!this.row.training && this.registers.staff.get(one)?.has_email))
                        this.told.push(`${this.row.id}/${event.n}/${notice.rule}/staff ${one}/${channel}`);
        }
    }

    compareEvent(event) {
        for (const field of ['area', 'category', 'level', 'state', 'holder'])
            if (event[field] !== this.now[field])
                this.say(`event ${event.n} stands with ${field} ${event[field]}, its effects give ${this.now[field]}`);
    }

    compareRow(n) {
        for (const field of FIELDS)
            if (this.row[field] !== this.now[field])
                this.say(`${field} is ${this.row[field]}, the log gives ${this.now[field]}`);
        if (!isDeepStrictEqual(this.row.clocks, this.now.clocks))
            this.say(`clocks are ${JSON.stringify(this.row.clocks)}, the log gives ${JSON.stringify(this.now.clocks)}`);
        if (this.row.version !== n || this.row.decided !== this.decided)
            this.say(`version ${this.row.version} decided ${this.row.decided}, the log gives ${n} and ${this.decided}`);
        if (this.row.restricted !== (this.registers.categories.get(this.row.category)?.restricted ?? false))
            this.say(`restricted is ${this.row.restricted}, its category says otherwise`);
    }
}

/** {cases, events, deliveries, faults: [text with the id]} of a whole instance that stands still. */
export async function replay(house, { mail = true } = {}) {
    const registers = await Registers.read(house);
    if (!mail)
        for (const rule of registers.rules.values())
            Object.assign(rule, { channels: rule.channels.filter((one) => one !== 'mail'), to_reporter_channels: [] });
    const rows = await json(house, `SELECT id::text, version, decided, workflow, state, level, grade, area_id, area, category, holder, reason, resolver, outcome,
        training, restricted, ${micros('due_at')}, ${micros('wake_at')}, clocks FROM cases ORDER BY cases.id`);
    const events = new Map();
    for (const event of await json(house, `SELECT case_id::text, n, type, ${micros('at')}, deciding, actor, area, category, level, state, holder, data FROM events ORDER BY events.case_id, n`))
        events.set(event.case_id, [...(events.get(event.case_id) ?? []), event]);
    const mails = new Map();
    for (const [id, report] of await house.sql(`SELECT l.case_id, l.report_id FROM case_reports l JOIN reporters p USING (report_id) WHERE p.has_email AND p.consent`))
        mails.set(id, [...(mails.get(id) ?? []), report]);
    const faults = [], told = new Map();
    for (const row of rows) {
        const walk = new Walk(registers, row, mails.get(row.id) ?? [], (what) => faults.push(`case ${row.id}: ${what}`));
        walk.run(events.get(row.id) ?? []);
        for (const one of walk.told)
            told.set(one, (told.get(one) ?? 0) + 1);
    }
    let deliveries = 0;
    for (const [one] of await house.sql(`SELECT case_id || '/' || n || '/' || rule || '/' || coalesce('staff ' || staff, 'report ' || report) || '/' || channel FROM deliveries`)) {
        deliveries++;
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
    return { cases: rows.length, events: [...events.values()].reduce((sum, list) => sum + list.length, 0), deliveries, faults };
}
