// One case, stepped from nothing to its last event: each event is worked out from the case before it, the workflow
// version and the city, and held against what the log says. Then the log is believed, so that one fault is told once.
import { isDeepStrictEqual } from 'node:util';
import { Clocks, clockDifferences, ruleName } from './replay-clocks.mjs';
import { Turn, isFinal, openTasks, variants } from './replay-rules.mjs';

export const FIELDS = ['state', 'level', 'grade', 'area_id', 'area', 'category', 'holder', 'party', 'reason', 'resolver', 'outcome', 'restricted',
    'due_at', 'wake_at'];
const DIMENSIONS = ['area', 'category', 'level', 'state', 'holder', 'party'];
const UNMET = { place: ['place', 'outside', 'grid'], category: ['category'], holder: ['holder'] };
const ASKING = ['asked', 'asked_step', 'asked_by', 'asked_n'];
const UNDO_WITHIN = 300000000, SECOND = 1000000; // clocks of two machines may differ by a second
const SYSTEM = { staff: null, system: true };

const nothing = () => ({ ...Object.fromEntries(FIELDS.map((field) => [field, null])), restricted: false, clocks: {}, more: {}, tasks: {} });

/** The case as the log has it after an event. */
function believed(before, effects) {
    const after = structuredClone(before);
    for (const [key, value] of Object.entries(effects ?? {}))
        if (key === 'tasks')
            for (const { k, ...task } of value)
                after.tasks[k] = task;
        else
            after[key] = value;
    return after;
}

export class Walk {
    /** row of `cases`; facts: {opener, source, …, reporter}; merged(xid): {now: which cases were merged into it before then, unsure}. */
    constructor({ registers, row, facts, merged, say }) {
        Object.assign(this, { registers, row, facts, merged, say, told: [], unsure: [], partners: [], decided: 0, joined: 0 });
        this.flow = registers.flows.get(row.workflow);
        this.now = nothing();
        this.texts = new Map();
    }

    run(events) {
        this.events = events;
        if (this.flow === undefined)
            return this.say('names a workflow that does not exist');
        events.forEach((event, i) => {
            if (event.n !== i + 1)
                this.say(`event ${event.n} stands where ${i + 1} should`);
            try {
                this.judge(event);
            } catch (error) { // a log that makes no sense at all
                this.say(`event ${event.n}: cannot be judged: ${error.message}`);
                this.now = believed(this.now, event.data?.effects);
            }
            this.last = event;
            if (event.deciding)
                this.decided = event.n;
        });
        this.compareRow(events.length);
    }

    judge(event) {
        const say = (what) => this.say(`event ${event.n}: ${what}`);
        const before = this.now, said = believed(before, event.data.effects);
        for (const key of Object.keys(event.data.effects ?? {}))
            if (![...FIELDS, 'clocks', 'more', 'tasks'].includes(key))
                say(`effects name ${key}`);
        const turn = this.turnOf(event, before, said, say);
        const course = { notices: new Map(), event, say, type: null, deciding: true };
        if (event.n === 1)
            this.open(turn, course);
        else if (event.data.clock !== undefined)
            this.tick(turn, course);
        else
            this.step(turn, course);
        // What leads the case to another state ends the asking; an approval has judged it already.
        if (before.more.asked !== undefined && turn.after.state !== before.state && !course.approved)
            this.endAsking(turn.after);
        Object.assign(turn.after, { wake_at: turn.clocks.wake(turn.after.clocks), due_at: turn.clocks.due(turn.after.clocks) });
        this.compareEvent(event, turn.after, said, course);
        this.tell(event, course);
        this.former = before;
        this.now = said;
    }

    turnOf(event, before, said, say) {
        const now = this.momentOf(event, before, said);
        if (now > event.at || (this.last !== undefined && now < this.last.at - SECOND))
            say(`its step was taken at ${now}, the event is of ${event.at}, the one before of ${this.last?.at}`);
        const clocks = new Clocks({ flow: this.flow, registers: this.registers, said: said.clocks, now, found: event.data.facts, source: this.facts.kind });
        const followers = this.merged(event.xid).now;
        const reports = 1 + this.joined + followers.length;
        const reporter = [this.row.id, ...followers].some((id) => this.registers.reports.get(id)?.reporter === true);
        const facts = { ...this.facts, reports, reporter, children: event.data.facts?.children ?? 0, opened_at: this.row.opened_at, partner: event.data.facts?.partner, lastActor: this.last?.actor };
        return new Turn({ flow: this.flow, registers: this.registers, before, after: structuredClone(before), said, clocks, now, facts, say,
            input: event.data.input ?? {}, changed: new Set(), texts: this.texts, n: event.n });
    }

    /** When the step was decided: a little before the event was written. Whatever the step dated says so. */
    momentOf(event, before, said) {
        if (event.n === 1)
            return this.row.opened_at;
        for (const [name, clock] of Object.entries(said.clocks)) {
            const dates = (one) => (one === undefined ? [] : [one.start, ...(one.pauses ?? []).flat()]);
            const known = [null, ...dates(before.clocks[name]), ...dates(this.former?.clocks[name])];
            const fresh = dates(clock).filter((at) => !known.includes(at));
            if (fresh.length > 0)
                return Math.max(...fresh);
        }
        const known = [...Object.values(before.more), ...Object.values(this.former?.more ?? {})];
        const dated = Object.entries(said.more).filter(([, value]) => typeof value === 'number' && !known.includes(value) && value <= event.at && value > event.at - 60 * SECOND);
        return dated[0]?.[1] ?? event.at;
    }

    // ---- taking a row

    take(turn, row, course) {
        const { after } = turn;
        turn.fields = row.fields ?? [];
        for (const effect of row.effects ?? [])
            turn.apply(effect, row);
        if (turn.task > 0)
            this.moveTask(turn, row);
        else if (row.to !== undefined)
            after.state = row.to.startsWith('@') ? turn.before.more[row.to.slice(1)] : row.to;
        if (row.tasks)
            turn.openTasks();
        turn.clocks.move(after, row, turn.task);
        // Whom an approval waits for is known when it has been judged.
        if (!row.approve)
            this.noteAll(turn, row, course);
    }

    moveTask(turn, row) {
        const task = turn.after.tasks[turn.task];
        if (task === undefined)
            return turn.say(`there is no task ${turn.task}`);
        task.state = row.to ?? task.state;
        turn.changed.add(turn.task);
    }

    /** An action of the system upon what the turn has come to. Gives its variant; undefined: none fits. */
    follow(turn, name, course, more = {}) {
        const action = this.flow.actions[name];
        const onwards = turn.onwards(more);
        const { row } = new Turn({ ...onwards, actor: SYSTEM }).choose(action, name);
        if (row !== undefined)
            this.take(onwards, row, course);
        return row;
    }

    /** What the file does by itself wherever its guards hold. */
    followAlso(turn, course) {
        for (const name of this.flow.open.also ?? [])
            this.follow(turn, name, course);
    }

    followAndName(turn, name, course, more) {
        const row = name === undefined ? undefined : this.follow(turn, name, course, more);
        course.type = row?.event ?? course.type;
    }

    // ---- the first event

    open(turn, course) {
        const { open, initial, actions } = this.flow, { after, said } = turn, { event } = course;
        const passed = [], unmet = event.data.facts?.unmet ?? null;
        Object.assign(turn, { actor: SYSTEM, opening: true });
        Object.assign(after, { state: initial, level: open.level, area: said.area, area_id: said.area_id, category: said.category });
        if (this.facts.category !== null && said.category !== this.facts.category)
            turn.say(`category is ${said.category}, the report says ${this.facts.category}`);
        turn.category();
        for (const effect of open.effects ?? [])
            turn.apply(effect, open);
        turn.clocks.move(after, open);
        let why = null, ended;
        for (const name of open.walk) {
            const onwards = turn.onwards(), { row } = onwards.choose(actions[name], name);
            if (row === undefined)
                continue;
            why = (row.needs ?? []).map((need) => this.lacks(need, after, unmet)).find((reason) => reason !== null) ?? null;
            if (why !== null)
                break;
            this.take(onwards, row, course);
            passed.push(after.state);
            ended = isFinal(this.flow, after.state) ? row.event : ended;
        }
        this.followAlso(turn, course);
        if (why !== null)
            this.noteAll(turn, { notices: open.waits }, course);
        after.reason = why;
        Object.assign(course, { type: open.event, deciding: true });
        if (event.data.ended !== ended)
            turn.say(`ended by ${event.data.ended}, reckoned ${ended}`);
        if (why !== unmet || !isDeepStrictEqual(event.data.passed ?? [], passed))
            turn.say(`passed ${event.data.passed?.join()} and waits for ${unmet}, reckoned ${passed.join()} and ${why}`);
    }

    /** Why a need is not met: the word of the log where that is among its reasons. */
    lacks(need, after, unmet) {
        const lacking = { place: !this.registers.isGrid(after.area_id), category: after.category === null, holder: unmet === 'holder' }[need];
        if (!lacking && !(need === 'place' && UNMET.place.includes(unmet)))
            return null;
        return UNMET[need].includes(unmet) ? unmet : UNMET[need][0];
    }

    // ---- an action

    step(turn, course) {
        const { event } = course, { data } = event;
        turn.task = data.task ?? 0;
        const actions = turn.task > 0 ? this.flow.tasks?.actions : this.flow.actions, action = actions?.[data.action];
        if (action === undefined)
            return this.joins(turn, course);
        // Of two cases that move together the other one goes through an action of the system.
        const left = data.action === this.flow.left;
        const pulled = !left && data.facts?.partner !== undefined && action.by?.length === 0;
        turn.actor = left || pulled ? { staff: event.actor, system: true } : { staff: event.actor, reporter: data.by === 'reporter' };
        if (left && (event.actor !== null || Object.keys(turn.heirs()).length === 0))
            turn.say('is taken over by somebody, or from nobody who left');
        if (pulled || action.partner !== undefined)
            this.partners.push({ n: event.n, xid: event.xid, action: data.action, partner: data.facts?.partner ?? null, pulls: action.partner?.action });
        const { row, why } = turn.choose(action, data.action);
        if (row === undefined)
            turn.say(why);
        this.act(turn, row ?? variants(action)[0], course);
    }

    /** What is no action of the workflow: another report of the same matter. */
    joins(turn, course) {
        if (course.event.type === 'clock.recounted') {
            if (!Object.values(turn.before.clocks).some((clock) => clock.provisional) || course.event.actor !== null)
                turn.say('counts anew what was not provisional, or not by itself');
            turn.clocks.recountProvisional(turn.after);
            Object.assign(course, { type: course.event.type, deciding: false });
            return;
        }
        if (course.event.type !== 'case.joined')
            turn.say(`the workflow has no action ${course.event.data.action}`);
        this.joined++;
        Object.assign(turn, { after: structuredClone(turn.said) });
        Object.assign(course, { type: course.event.type, deciding: course.event.deciding });
    }

    act(turn, row, course) {
        const { before, after } = turn;
        Object.assign(course, { type: row.event, deciding: row.deciding ?? turn.task === 0, approved: row.approve === true });
        if (row.undo)
            this.undo(turn);
        this.take(turn, row, course);
        if (row.approve || row.refuse)
            this.judgeAsked(turn, row, course);
        if (row.approve)
            this.noteAll(turn, row, course);
        if (openTasks(this.flow, before) > 0 && openTasks(this.flow, after) === 0)
            this.followAndName(turn, this.flow.tasks.done, course);
        if (course.deciding)
            this.followAlso(turn, course);
        this.undoable = row.undoable === true;
        if (row.ordered && turn.fieldOf('party') !== undefined && !this.registers.canBeOrdered(after.party))
            turn.say(`party ${after.party} cannot be given orders`);
    }

    /** The event before is as if it had not been; its author has five minutes. */
    undo(turn) {
        const { last } = this;
        if (!this.undoable || last.actor !== turn.actor.staff || turn.now - last.at > UNDO_WITHIN + SECOND)
            turn.say(`undoes event ${last.n} of ${last.actor}, ${(turn.now - last.at) / SECOND} s later`);
        const { tasks } = turn.after;
        for (const key of Object.keys(turn.after))
            delete turn.after[key];
        Object.assign(turn.after, structuredClone(this.former), { tasks });
    }

    /** Whether whoever stands there may take an action now: a variant fits, those whom it names are there, and nothing followed what it undoes. */
    lets(turn, name) {
        const { row } = turn.choose(this.flow.actions[name], name);
        if (row === undefined || (row.undo && !(this.undoable && this.last.actor === turn.actor.staff && turn.now - this.last.at <= UNDO_WITHIN)))
            return false;
        const given = (row.effects ?? []).filter((effect) => /^holder=[^@]/.test(effect)).map((effect) => effect.slice('holder='.length));
        return given.every((role) => turn.people(role).length > 0);
    }

    endAsking(after) {
        for (const name of ASKING)
            delete after.more[name];
    }

    /** The next step of the approval, or its end: then what was asked for follows, with the words of who asked. */
    judgeAsked(turn, row, course) {
        const { after, before } = turn, approval = this.flow.approvals[before.more.asked];
        if (approval === undefined)
            return;
        if (row.approve && before.more.asked_step + 1 < approval.steps.length) {
            after.more.asked_step = before.more.asked_step + 1;
            return;
        }
        this.endAsking(after);
        this.followAndName(turn, row.approve ? approval.then : approval.else, course, { input: this.events[before.more.asked_n - 1].data.input ?? {}, asker: before.more.asked_by });
    }

    // ---- time

    tick(turn, course) {
        const { after, before, clocks, say } = turn, { event } = course, { clock: name, mark } = event.data;
        const rule = this.flow.clocks[ruleName(name)], clock = before.clocks[name];
        turn.actor = SYSTEM;
        Object.assign(course, { type: 'clock.passed', deciding: false, owner: rule?.owner, struck: Number(name.split('/')[1] ?? 0) });
        if (event.actor !== null)
            say(`clock ${name} by ${event.actor}`);
        if (rule === undefined || clock === undefined || clock.due === null)
            return say(`clock ${name} strikes ${mark}, but does not run`);
        if (mark !== clocks.nextMark(name, clock))
            say(`clock ${name} strikes ${mark}, ${clocks.nextMark(name, clock) ?? 'nothing'} is next`);
        else if (clocks.mark(clock, mark) > event.at)
            say(`clock ${name} strikes ${mark} at ${event.at}, which is to be at ${clocks.mark(clock, mark)}`);
        after.clocks[name].fired = mark;
        const action = mark < 100 ? rule.on_warn : rule.on_breach;
        const row = action === undefined ? undefined : this.follow(turn, action, course);
        if (event.data.action !== (row === undefined ? undefined : action))
            say(`clock ${name} leads to ${event.data.action}, reckoned ${row === undefined ? 'nothing' : action}`);
        if (row !== undefined)
            Object.assign(course, { type: row.event, deciding: row.deciding ?? true });
        this.undoable = false;
    }

    // ---- who must be told: one notice for each rule

    noteAll(turn, row, course) {
        for (const notice of row.notices ?? [])
            this.note(turn, notice, course);
    }

    note(turn, { rule, to }, course) {
        if (!course.notices.has(rule))
            course.notices.set(rule, { staff: new Set(), reporter: false });
        const notice = course.notices.get(rule);
        if (to === 'reporter')
            notice.reporter = true;
        else
            for (const staff of this.recipients(turn, to === 'owner' ? course.owner : to, course))
                notice.staff.add(staff);
    }

    recipients(turn, to, course) {
        const { before, after, registers } = turn;
        const ofParty = ({ holder, party }) => (holder !== null ? [holder] : registers.partyStaff(party, turn.now));
        switch (to) {
        case 'holder': return ofParty(after);
        case 'former': return before.holder === after.holder && before.party === after.party ? [] : ofParty(before);
        case 'heirs': return Object.values(turn.heirs());
        case 'asker': return [turn.asker ?? before.more.asked_by].filter((staff) => staff > 0);
        case 'assignee': return Object.entries(after.tasks).filter(([k]) => turn.changed.has(Number(k)) || Number(k) === course.struck || Number(k) === course.event.data.task)
            .flatMap(([, task]) => [...registers.partyStaff(task.party, turn.now), ...(task.staff === null ? [] : [task.staff])]);
        case 'invited': return turn.invited().flatMap((party) => registers.partyStaff(party, turn.now));
        case 'approver': return after.more.asked === undefined ? [] : turn.people(this.flow.approvals[after.more.asked].steps[after.more.asked_step]);
        default: return turn.people(to);
        }
    }

    tell(event, { notices, say }) {
        for (const [name, { staff, reporter }] of notices) {
            const rule = this.registers.rules.get(name);
            if (rule === undefined) {
                say(`no rule ${name}`);
                continue;
            }
            for (const one of staff)
                for (const channel of rule.channels)
                    if (channel === 'inbox' || (!this.row.training && this.registers.staff.get(one)?.has_email))
                        this.told.push(`${this.row.id}/${event.n}/${name}/staff ${one}/${channel}`);
            if (!reporter || this.row.training || !rule.to_reporter_channels.includes('mail'))
                continue;
            const { now, unsure } = this.merged(event.xid);
            for (const [list, ids] of [[this.told, [this.row.id, ...now.filter((id) => !unsure.includes(id))]], [this.unsure, unsure]])
                for (const { report_id: report } of ids.flatMap((id) => this.registers.mails.get(id) ?? []))
                    list.push(`${this.row.id}/${event.n}/${name}/report ${report}/mail`);
        }
    }

    // ---- against what is stored

    compare(say, said, reckoned, fields) {
        for (const field of fields)
            if (!isDeepStrictEqual(said[field], reckoned[field]))
                say(`${field} is ${JSON.stringify(said[field])}, reckoned ${JSON.stringify(reckoned[field])}`);
        for (const text of clockDifferences(said.clocks, reckoned.clocks))
            say(text);
        for (const part of ['more', 'tasks'])
            for (const name of new Set([...Object.keys(said[part]), ...Object.keys(reckoned[part])]))
                if (!isDeepStrictEqual(said[part][name], reckoned[part][name]))
                    say(`${part} ${name} is ${JSON.stringify(said[part][name])}, reckoned ${JSON.stringify(reckoned[part][name])}`);
    }

    compareEvent(event, reckoned, said, { say, type, deciding }) {
        if (event.type !== type)
            say(`says ${event.type}, reckoned ${type}`);
        if (event.deciding !== deciding)
            say(`is ${event.deciding ? '' : 'not '}deciding, reckoned the other way`);
        this.compare(say, said, reckoned, FIELDS);
        for (const field of DIMENSIONS)
            if (event[field] !== said[field])
                say(`stands with ${field} ${event[field]}, its effects give ${said[field]}`);
    }

    compareRow(n) {
        const { row } = this, say = (what) => this.say(`row: ${what}`);
        const tasks = Object.fromEntries(row.tasks.map(({ k, party, staff, state }) => [k, { party, staff, state }]));
        // A case that is being woken bears the end of the lease.
        this.compare(say, { ...row, more: row.more ?? {}, tasks }, this.now, FIELDS.filter((field) => field !== 'wake_at' || row.wake_tries === 0));
        for (const task of row.tasks) {
            if (task.open !== (openTasks(this.flow, { tasks: { [task.k]: task } }) > 0))
                say(`task ${task.k} is ${task.open ? '' : 'not '}open in state ${task.state}`);
            if (task.text !== this.texts.get(task.k))
                say(`task ${task.k} reads ${task.text}, it was asked ${this.texts.get(task.k)}`);
        }
        if (row.version !== n || row.decided !== this.decided)
            say(`version ${row.version} decided ${row.decided}, the log gives ${n} and ${this.decided}`);
        if ((row.master ?? null) !== (this.now.more.master ?? null))
            say(`master is ${row.master}, the log gives ${this.now.more.master}`);
        if (isFinal(this.flow, row.state) && row.tasks.some((task) => task.open))
            say(`has ended in ${row.state} with open tasks`);
    }
}
