// The clocks of a case, reckoned anew: which run or stand still, when each ends, when the case wants to be woken.
// A clock as the row holds it: {start, due (null: it stands), calendar (its version), code (where it is not `city`), limit (none where its end was given), extra
// (days granted), cap (an outside date), fired (per cent acted upon), pauses: [[from, to or null]]}. Times are
// microseconds.
import { isDeepStrictEqual } from 'node:util';

const MINUTE = 60000000;

export const ruleName = (name) => name.split('/')[0];
export const stands = (clock) => (clock.pauses ?? []).some(([, to]) => to === null);
const pausesOf = (clock) => (clock.pauses ?? []).map(([from, to]) => ({ from: from / 1000, to: to === null ? 0 : to / 1000 }));

/** What is counted, one after the other: days that were granted are more days of the limit; before minutes they go as days of their own. */
function legs({ extra = 0, limit }) {
    if (extra === 0 || limit.unit.endsWith('day'))
        return [{ ...limit, n: limit.n + extra }];
    const { start, ...rest } = limit;
    return [{ n: extra, unit: limit.unit === 'minute' ? 'day' : 'work_day', ...(start === undefined ? {} : { start }) }, rest];
}

/** A limit as the row writes it: defaults are left out. */
function plain({ n, unit, start, end }) {
    return { n, unit, ...(start === undefined || start === 'at_once' ? {} : { start }), ...(end === undefined || end === 'exact' ? {} : { end }) };
}

export class Clocks {
    /** said: the clocks as the log has them after the step. Of these only the calendar's version is believed. found: the
     *  event's facts; source: the system, else the channel, by which it came. */
    constructor({ flow, registers, said, now, found = {}, source }) {
        Object.assign(this, { flow, registers, said, now, found, source });
    }

    /** The calendar of whoever answers for it; its version as the log says. */
    choose(after, name, clock) {
        const { owner } = this.flow.clocks[ruleName(name)], k = Number(name.split('/')[1] ?? 0);
        const parties = { holder: [after.tasks[k]?.party, after.party], assignee: [after.tasks[k]?.party] }[owner] ?? [];
        const code = this.registers.calendarCode(parties, after.area_id, this.found);
        delete clock.code;
        if (code !== 'city')
            clock.code = code;
    }

    version(name, clock) {
        return this.said[name]?.calendar ?? clock.calendar;
    }

    time(clock) {
        const code = clock.code ?? 'city';
        return this.registers.calendars.get(`${code}/${clock.calendar}`) ?? this.registers.newestCalendar(code);
    }

    reckon(clock, startUs, limit, pauses) {
        const end = this.time(clock).deadline(startUs / 1000, limit, pauses);
        return end === null ? null : Math.round(end * 1000);
    }

    wholeEnd(clock, pauses) {
        return legs(clock).reduce((at, limit) => this.reckon(clock, at, limit, pauses), clock.start);
    }

    /** When it ends: a function of start, limit, calendar, pauses, and what was granted or set from outside. */
    end(clock) {
        if (clock.limit === undefined)
            return clock.due;
        if (stands(clock))
            return null;
        const due = this.wholeEnd(clock, pausesOf(clock));
        return clock.cap !== undefined && clock.cap < due ? clock.cap : due;
    }

    /** When so many per cent of it are used: of its working time where the limit counts that. */
    mark(clock, perCent) {
        const { start, due, limit } = clock;
        if (perCent >= 100 || (limit === undefined && due <= start))
            return due;
        if (limit === undefined)
            return start + Math.trunc((due - start) / 100) * perCent;
        const working = limit.unit.startsWith('work_'), time = (from, to) => (from >= to ? 0 : working ? this.worked(clock, from, to) : to - from);
        let length = time(start, this.wholeEnd(clock, []));
        // An outside date leaves no more than the time before it in which the clock runs.
        if (clock.cap !== undefined) {
            const stood = (clock.pauses ?? []).map(([from, to]) => time(from, Math.min(to, clock.cap))).reduce((sum, one) => sum + one, 0);
            length = Math.min(length, Math.max(time(start, clock.cap) - stood, 0));
        }
        const part = { n: Math.floor(Math.floor(length / MINUTE) * perCent / 100), unit: working ? 'work_minute' : 'minute' };
        const at = this.reckon(clock, start, part, pausesOf(clock));
        return Math.min(at, due);
    }

    worked(clock, from, to) {
        const time = this.time(clock), end = to + time.offset;
        let sum = 0;
        for (const [start, close] of time.open(from + time.offset)) {
            if (start >= end)
                break;
            sum += Math.min(close, end) - start;
        }
        return sum;
    }

    /** The next per cent it wants to be woken at; undefined: no more. */
    nextMark(name, clock) {
        return [...(this.flow.clocks[ruleName(name)]?.warn ?? []), 100].find((perCent) => perCent > (clock.fired ?? 0));
    }

    /** The earliest moment at which any of them wants something; null: none does. */
    wake(clocks) {
        const moments = Object.entries(clocks).filter(([name, clock]) => clock.due !== null && this.nextMark(name, clock) !== undefined)
            .map(([name, clock]) => this.mark(clock, this.nextMark(name, clock)));
        return moments.length === 0 ? null : Math.min(...moments);
    }

    // ---- what a step does to them; `after` is the case

    /** The deadline of a case is that of the clock which the file calls so, while it runs. */
    due(clocks) {
        return Object.entries(clocks).find(([name]) => this.flow.clocks[ruleName(name)]?.due)?.[1].due ?? null;
    }

    limitOf(after, name) {
        const ofCategory = this.registers.categories.get(after.category)?.limits ?? {}, rule = this.flow.clocks[name];
        const keys = [`@${after.grade}/${this.source}`, `/${this.source}`, `@${after.grade}`, ''];
        const key = keys.find((one) => ofCategory[name + one] !== undefined), own = keys.find((one) => rule.limits?.[one] !== undefined);
        return this.forGrade(after.grade, plain(ofCategory[name + key] ?? rule.limits?.[own] ?? rule.limit));
    }

    /** Of some grades time runs at night and on holidays as well, and from the start. */
    forGrade(grade, { start, ...limit }) {
        if (!(this.flow.round_the_clock ?? []).includes(grade))
            return { ...limit, ...(start === undefined ? {} : { start }) };
        return { ...limit, unit: limit.unit.replace('work_', '') };
    }

    /** What a breach set is forgotten where the clock ends ahead again. */
    forgetBreach(after, name) {
        const over = this.flow.clocks[ruleName(name)]?.over, { due } = after.clocks[name];
        if (over !== undefined && due !== null && due > this.now)
            delete after.more[over];
    }

    /** Marks ahead by the new reckoning strike, again if need be; of those it has passed, the last alone, if it has not struck. */
    settleFired(name, clock) {
        if (clock.due === null)
            return;
        const marks = [...(this.flow.clocks[ruleName(name)]?.warn ?? []), 100].filter((perCent) => this.mark(clock, perCent) <= this.now);
        const passed = marks.at(-1) ?? 0, fired = (clock.fired ?? 0) >= passed ? passed : marks.at(-2) ?? 0;
        delete clock.fired;
        if (fired > 0)
            clock.fired = fired;
    }

    stop(after, name) {
        delete after.clocks[name];
    }

    start(after, word, k) {
        const rule = this.flow.clocks[word], name = k > 0 ? `${word}/${k}` : word;
        this.stop(after, name);
        const clock = { start: this.now, due: null };
        this.choose(after, name, clock);
        clock.calendar = this.version(name, clock);
        if (rule.until !== undefined) {
            clock.due = after.more[rule.until] ?? null;
            if (clock.due === null)
                return;
        } else {
            clock.limit = this.limitOf(after, word);
            const outside = after.more[rule.cap];
            if (outside !== undefined)
                clock.cap = outside <= this.now ? outside : outside - Math.trunc((outside - this.now) / 100) * (rule.margin ?? 0);
            clock.due = this.end(clock);
            this.judgeYears(clock);
        }
        after.clocks[name] = clock;
        this.forgetBreach(after, name);
    }

    pause(after, name) {
        const clock = after.clocks[name];
        if (clock === undefined || clock.limit === undefined || stands(clock))
            return;
        clock.pauses = [...(clock.pauses ?? []), [this.now, null]];
        clock.due = null;
    }

    resume(after, name) {
        const clock = after.clocks[name];
        if (clock === undefined || !stands(clock))
            return;
        clock.pauses = clock.pauses.map(([from, to]) => [from, to ?? this.now]);
        this.anew(after, name);
    }

    /** It ends anew, by the calendar in force. */
    anew(after, name) {
        const clock = after.clocks[name];
        clock.calendar = this.version(name, clock);
        clock.due = this.end(clock);
        this.judgeYears(clock);
        this.settleFired(name, clock);
        this.forgetBreach(after, name);
    }

    /** Provisional: a year between its start and its end is not among those whose holidays are known. */
    judgeYears(clock) {
        const year = (us) => new Date((us + this.time(clock).offset) / 1000).getUTCFullYear();
        const counted = clock.limit.unit.startsWith('work_') || clock.limit.start === 'next_work_day';
        let unknown = false;
        for (let one = year(clock.start); counted && one <= year((clock.due ?? clock.start + 1) - 1); one++)
            unknown ||= !this.time(clock).published(one);
        delete clock.provisional;
        if (unknown)
            clock.provisional = true;
    }

    /** A year was published: what was provisional, and is not by now, is counted anew. */
    recountProvisional(after) {
        for (const [name, clock] of Object.entries(after.clocks).filter(([, one]) => one.provisional)) {
            const former = structuredClone(clock), more = structuredClone(after.more);
            this.anew(after, name);
            if (after.clocks[name].provisional)
                Object.assign(after, { more, clocks: { ...after.clocks, [name]: former } });
        }
    }

    recount(after) {
        for (const [name, clock] of Object.entries(after.clocks))
            if (clock.limit !== undefined) {
                clock.limit = this.limitOf(after, ruleName(name));
                this.choose(after, name, clock);
                this.anew(after, name);
            }
    }

    extend(after, name, days) {
        const clock = after.clocks[name];
        if (clock === undefined || clock.limit === undefined || !(days >= 1))
            return;
        clock.extra = (clock.extra ?? 0) + days;
        this.anew(after, name);
    }

    /** What a row says of clocks. k: of that task. */
    move(after, row, k = 0) {
        for (const word of row.stop ?? [])
            if (word === 'all')
                after.clocks = {};
            else
                this.stop(after, k > 0 ? `${word}/${k}` : word);
        for (const word of row.start ?? [])
            this.start(after, word, k);
        for (const word of row.pause ?? [])
            this.pause(after, word);
        for (const word of row.resume ?? [])
            this.resume(after, word);
    }
}

/** Where the log's clocks are not those that were reckoned. */
export function* clockDifferences(said, reckoned) {
    for (const name of new Set([...Object.keys(said), ...Object.keys(reckoned)]))
        if (!isDeepStrictEqual(said[name], reckoned[name]))
            yield `clocks: ${name} is ${JSON.stringify(said[name])}, reckoned ${JSON.stringify(reckoned[name])}`;
}
