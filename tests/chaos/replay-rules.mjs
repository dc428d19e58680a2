// The language of schema/workflows: variants, guards, effects and values, each applied to one turn of a case.
import { raised } from './replay-registers.mjs';

const LINKS_MOST = 8, TASKS_MOST = 20;
const COLUMNS = ['state', 'level', 'grade', 'holder', 'party', 'outcome', 'resolver', 'restricted'];
const PLACE_REASONS = ['place', 'outside', 'grid'];

/** The variants of an action, each whole. */
export const variants = (action) => (action.rows ?? [{}]).map((row) => ({ ...action, ...row }));
export const isFinal = (flow, state) => flow.states[state]?.final === true;
const taskOpen = (flow, task) => flow.tasks?.states[task.state]?.final !== true;
export const openTasks = (flow, state) => Object.values(state.tasks).filter((task) => taskOpen(flow, task)).length;
const linksOf = (state, kind) => (state.more.chain ?? []).filter((link) => link.kind === kind).length;
const micros = (text) => Math.round(Date.parse(text.replace(/(\.\d{3})\d*/, '$1')) * 1000);

/** 0–99, the same for a case for ever. */
const sampleOf = (id) => Number(((BigInt(id) * 2654435761n & 0xFFFFFFFFFFFFFFFFn) >> 16n) % 100n);

/**
 * One turn: `before` and `after` of the case, who acts ({staff, reporter, system}), with what input, when, and what is
 * known beside (facts). said: the case as the log has it afterwards, believed only for what the city found.
 */
export class Turn {
    constructor(parts) {
        Object.assign(this, { input: {}, fields: [], task: 0 }, parts);
    }

    /** The same turn further on: upon what it has come to, as the system's. */
    onwards(more = {}) {
        return new Turn({ ...this, before: structuredClone(this.after), task: 0, ...more });
    }

    // ---- values

    column(name) {
        const { before, flow, facts } = this;
        switch (name) {
        case 'tasks': return openTasks(flow, before);
        case 'handed':
        case 'raised': return linksOf(before, name);
        case 'steps': return before.more.asked === undefined ? 0 : flow.approvals[before.more.asked].steps.length - before.more.asked_step - 1;
        case 'sample': return sampleOf(facts.id);
        case 'reports':
        case 'children':
        case 'opened_at': return facts[name];
        case 'reporter': return Number(facts.reporter);
        case 'given': return this.given().length;
        case 'stand_in': return this.standIn();
        default: return COLUMNS.includes(name) ? before[name] ?? undefined : before.more[name];
        }
    }

    named(name) {
        const [bare, unit] = name.split('.');
        const value = this.column(bare);
        if (unit === undefined || !value)
            return unit === undefined ? value : undefined;
        return Math.trunc((this.now - value) / ((unit === 'days' ? 86400 : 3600) * 1000000));
    }

    at(name) {
        const { before, after, facts, actor } = this;
        const values = { actor: actor.staff, now: this.now, holder: after.holder, party: after.party, state: before.state, level: before.level,
            partner: facts.partner, opener: facts.opener, source: Number(facts.source), external_due: facts.external_due,
            return_by: facts.return_by, backfilled: Number(facts.backfilled), handled: Number(facts.handled),
            holder_level: name === 'holder_level' ? this.holderLevel() : undefined,
            stand_in: name === 'stand_in' ? this.standIn() : undefined };
        return values[name] || undefined;
    }

    /** The tasks that the input names. */
    given() {
        return Object.values(this.input).find((value) => Array.isArray(value) && typeof value[0] === 'object') ?? [];
    }

    /** The parties that the input names by their codes. */
    invited() {
        return (this.fieldOf('parties') ?? []).map((code) => this.registers.partyCodes.get(code)?.id);
    }

    /** Where whoever has been given the case stands; nobody who acts for a party does. */
    holderLevel() {
        const { after, registers } = this;
        if (after.holder === null || (this.fieldOf('staff') !== undefined && registers.staff.get(after.holder)?.party_id != null))
            return undefined;
        const post = this.fieldOf('staff') === undefined ? registers.categories.get(after.category)?.responsible : undefined;
        return registers.standing(after.holder, after.area_id, this.now, post);
    }

    /** Who else covers the post of the holder: believed where the log names one who does. */
    standIn() {
        const { before, registers, said } = this;
        const others = before.holder === null ? [] : registers.standIns(before.holder, before.area_id, this.now);
        return others.includes(said.holder) ? said.holder : others[0];
    }

    value(text) {
        if (/^-?\d+$/.test(text))
            return Number(text);
        if (text.startsWith('@'))
            return this.at(text.slice(1));
        if (text.startsWith('!$'))
            return [false, 0].includes(this.input[text.slice(2)]) ? 1 : undefined;
        if (!text.startsWith('$'))
            return text;
        const given = this.input[text.slice(1)];
        if (typeof given !== 'string')
            return given === undefined ? undefined : Math.trunc(Number(given));
        return /^\d{4}-\d\d-\d\dT/.test(given) ? micros(given) : given;
    }

    // ---- guards

    holds(guard) {
        const [, not, name, , op, text] = /^(!?)([a-z_]+(\.[a-z]+)?)(?:(!=|>=|<|=)(.+))?$/.exec(guard);
        let left = this.named(name);
        if (typeof left === 'boolean')
            left = Number(left);
        if (op === undefined)
            return (not === '!') !== Boolean(left);
        if (name.includes('.') && left === undefined)
            return false;
        const right = this.value(text);
        left ??= typeof right === 'string' ? '' : 0;
        switch (op) {
        case '=': return left === right;
        case '!=': return left !== right;
        case '<': return left < right;
        default: return left >= right;
        }
    }

    // ---- who

    approverPost() {
        const { before, flow } = this;
        return before.more.asked === undefined ? undefined : this.postOf(flow.approvals[before.more.asked]?.steps[before.more.asked_step]);
    }

    /** The post behind a role, at the level of the case before the turn. */
    postOf(role) {
        const post = this.flow.people[role];
        return typeof post === 'object' ? post[this.before.level ?? this.after.level] : post;
    }

    isWho(who) {
        const { actor, before, facts, registers } = this;
        const last = (before.more.chain ?? []).at(-1), task = before.tasks[this.task];
        const holds = (one) => one !== undefined && (one.holder === actor.staff || one.staff === actor.staff || registers.actsFor(actor.staff, one.party));
        if (who === 'reporter')
            return actor.reporter === true;
        if (actor.staff === null)
            return false;
        switch (who) {
        case 'holder': return holds(before);
        case 'assignee': return holds(task);
        case 'former': return holds(last);
        case 'opener': return facts.opener === actor.staff;
        case 'author': return facts.lastActor === actor.staff;
        case 'asker': return before.more.asked_by === actor.staff;
        case 'approver': return this.approverPost() !== undefined && before.more.asked_by !== actor.staff && registers.may(actor.staff, this.approverPost(), before.area_id, this.now);
        default: return registers.may(actor.staff, who, before.area_id, this.now);
        }
    }

    /** {row}, or {why} in words: where the first obstacle of the variant that came furthest lies. */
    choose(action, name) {
        const { before, flow, actor } = this;
        const state = this.task > 0 ? before.tasks[this.task]?.state : before.state;
        let why = `${name} from ${state}`, far = 0;
        for (const row of variants(action)) {
            if (!row.from.includes(state) && !(this.task === 0 && row.from.includes('any') && !isFinal(flow, state)))
                continue;
            if (!actor.system && !row.by.some((who) => this.isWho(who))) {
                if (far < 1)
                    [why, far] = [`${name} by ${actor.reporter ? 'a reporter' : actor.staff}, who may not`, 1];
                continue;
            }
            if (actor.system && this.givesToNobody(row))
                continue; // the variant for that case counts
            const broken = (row.guards ?? []).find((guard) => !this.holds(guard));
            if (broken === undefined)
                return { row };
            [why, far] = [`${name} although not ${broken}`, 2];
        }
        return { why };
    }

    givesToNobody(row) {
        const roles = (row.effects ?? []).map((effect) => /^holder=([a-z_]+)$/.exec(effect)?.[1]).filter((role) => role !== undefined);
        return roles.some((role) => this.people(role).length === 0);
    }

    // ---- effects

    fieldOf(type) {
        const field = this.fields.find((one) => one.type === type);
        return field === undefined ? undefined : this.input[field.name];
    }

    apply(effect, row) {
        const [, name, text] = /^([a-z_-]+)=(.+)$/.exec(effect) ?? [];
        if (name !== undefined)
            this.assign(name, text);
        else if (EFFECTS[effect] !== undefined)
            EFFECTS[effect](this, row);
        else if (effect.startsWith('-'))
            this.unset(effect.slice(1));
        else if (effect.endsWith('+1'))
            this.after.more[effect.slice(0, -2)] = (this.after.more[effect.slice(0, -2)] ?? 0) + 1;
        else
            this.say(`the effect ${effect} is unknown to this replayer`);
    }

    unset(name) {
        if (name === 'outcome')
            this.after.outcome = null;
        else
            delete this.after.more[name];
    }

    assign(name, text) {
        const { after } = this;
        if (VERBS[name] !== undefined)
            return VERBS[name](this, text);
        const value = this.value(text);
        if (['level', 'grade', 'outcome'].includes(name))
            after[name] = value ?? after[name];
        else if (name === 'restricted')
            after.restricted = Boolean(value);
        else if (name === 'resolver')
            after.resolver = value ?? null;
        else if (value === undefined)
            delete after.more[name];
        else
            after.more[name] = value;
    }

    /** What the city found is believed where the case lacked it, and looked at. */
    place() {
        const { after, before, registers } = this, chosen = this.fieldOf('area');
        if (chosen !== undefined) {
            const area = registers.areaCodes.get(chosen);
            Object.assign(after, { area: chosen, area_id: area?.id ?? null });
        } else if (this.opening || PLACE_REASONS.includes(before.reason)) {
            Object.assign(after, { area: this.said.area, area_id: this.said.area_id });
        }
        if (registers.areas.get(after.area_id)?.code !== after.area && !this.opening)
            this.say(`area ${after.area} is not the code of ${after.area_id}`);
    }

    category() {
        const { after, before, registers } = this, code = this.fieldOf('category') ?? after.category;
        const category = registers.categories.get(code);
        // A grade that was raised by hand stays where the category does.
        after.grade = code === before.category && after.grade !== null ? after.grade : category?.grade ?? null;
        after.category = code;
        after.restricted ||= (category?.restricted ?? false) || Boolean(this.opening && this.facts.about);
    }

    holder() {
        const { after, before, registers } = this;
        const staff = this.fieldOf('staff'), party = this.fieldOf('party');
        if (staff !== undefined || party !== undefined) {
            after.holder = staff === undefined ? null : registers.staffCodes.get(staff)?.id;
            after.party = party === undefined ? null : registers.partyCodes.get(party)?.id;
        } else if (before.party !== null) {
            Object.assign(after, { holder: null, party: before.party });
        } else {
            Object.assign(after, { holder: this.said.holder, party: null });
            const post = registers.categories.get(after.category)?.responsible;
            if (after.holder !== null && !registers.mayBeFound(after.holder, post, after.area_id))
                this.say(`holder ${after.holder} is no ${post} of ${after.area}`);
        }
    }

    /** Who took over from those who have the case, a link or an open task, and left office: {staff: heir}. */
    heirs() {
        const { before, flow, registers } = this;
        const have = [before.holder, ...(before.more.chain ?? []).map((link) => link.holder),
            ...Object.values(before.tasks).filter((task) => taskOpen(flow, task)).map((task) => task.staff)];
        const pairs = this.facts.about ? [] : have.map((staff) => [staff, registers.heir(staff, this.now)]);
        return Object.fromEntries(pairs.filter(([, heir]) => heir !== undefined));
    }

    inherit() {
        const { after, flow } = this, heirs = this.heirs(), heir = (staff) => heirs[staff] ?? staff;
        after.holder = heir(after.holder);
        for (const link of after.more.chain ?? [])
            link.holder = heir(link.holder);
        for (const [k, task] of Object.entries(after.tasks).filter(([, one]) => taskOpen(flow, one) && heirs[one.staff] !== undefined)) {
            task.staff = heirs[task.staff];
            this.changed.add(Number(k));
        }
    }

    push(kind) {
        const { after } = this;
        after.more.chain = [...(after.more.chain ?? []), { kind, level: after.level, holder: after.holder, party: after.party }].slice(-LINKS_MOST);
    }

    pop(kind) {
        const { after } = this, chain = after.more.chain ?? [];
        const i = chain.findLastIndex((link) => link.kind === kind);
        if (i < 0)
            return;
        const { level, holder, party } = chain[i];
        Object.assign(after, { level, holder, party });
        this.chain(chain.filter((_, at) => at !== i));
    }

    chain(links) {
        if (links.length > 0)
            this.after.more.chain = links;
        else
            delete this.after.more.chain;
    }

    /** The first of a role, or an @value. */
    give(text) {
        const staff = text.startsWith('@') ? this.at(text.slice(1)) : this.people(text)[0];
        Object.assign(this.after, { holder: staff ?? null, party: null });
    }

    people(role) {
        const post = this.postOf(role);
        return post === undefined ? [] : this.registers.people(this.after.area_id, post, this.now);
    }

    ask(approval) {
        Object.assign(this.after.more, { asked: approval, asked_step: 0, asked_by: this.actor.staff ?? 0, asked_n: this.n });
    }

    /** Opens the tasks of the input: one for each item, with clocks of its own. */
    openTasks() {
        const { after, flow, registers } = this;
        for (const item of this.given()) {
            const k = Object.keys(after.tasks).length + 1;
            if (k > TASKS_MOST)
                return;
            const party = item.party === undefined ? null : registers.partyCodes.get(item.party)?.id;
            const staff = item.staff === undefined ? null : registers.staffCodes.get(item.staff)?.id;
            const asked = party !== null && !registers.canBeOrdered(party);
            after.tasks[k] = { party, staff, state: asked ? flow.tasks.asked : flow.tasks.initial };
            this.changed.add(k);
            this.texts.set(k, item.text);
            this.clocks.move(after, { start: asked ? flow.tasks.start_asked : flow.tasks.start }, k);
        }
    }
}

const EFFECTS = {
    place: (turn) => turn.place(),
    category: (turn) => turn.category(),
    holder: (turn) => turn.holder(),
    'no-holder': ({ after }) => Object.assign(after, { holder: null, party: null, reason: after.reason ?? 'holder' }),
    'no-reason': ({ after }) => Object.assign(after, { reason: null }),
    'no-chain': (turn) => turn.chain([]),
    heirs: (turn) => turn.inherit(),
    resolver: ({ after, actor }) => Object.assign(after, { resolver: actor.staff }),
    outcome: ({ after, input }, row) => Object.assign(after, { outcome: row.outcome ?? input.reason ?? null }),
    raise: ({ after }) => Object.assign(after, { level: raised(after.level, 1) }),
    lower: ({ after }) => Object.assign(after, { level: raised(after.level, -1) }),
    recount: ({ after, clocks }) => clocks.recount(after),
};
const VERBS = {
    push: (turn, kind) => turn.push(kind),
    pop: (turn, kind) => turn.pop(kind),
    ask: (turn, approval) => turn.ask(approval),
    holder: (turn, text) => turn.give(text),
    extend: ({ after, clocks, input }, clock) => clocks.extend(after, clock, input.days),
};
