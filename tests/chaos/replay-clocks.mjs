// The clocks of a case, reckoned anew: which run or stand still, when each ends, when the case wants to be woken.
// A clock as the row holds it: {start, due (null: it stands), calendar, limit (none where its end was given), extra
// (working days granted), cap (an outside date), fired (per cent acted upon), pauses: [[from, to or null]]}. Times are
// microseconds.
import { isDeepStrictEqual } from 'node:util';

const MINUTE = 60000000;

export const ruleName = (name) => name.split('/')[0];
export const stands = (clock) => (clock.pauses ?? []).some(([, to]) => to === null);
const pausesOf = (clock) => (clock.pauses ?? []).map(([from, to]) => ({ from: from / 1000, to: to === null ? 0 : to / 1000 }));

/** A limit as the row writes it: defaults are left out. */
function plain({ n, unit, start, end }) {
    return { n, unit, ...(start === undefined || start === 'at_once' ? {} : { start }), ...(end === undefined || end === 'exact' ? {} : { end }) };
}

export class Clocks {
    /** said: the clocks as the log has them after the step. Of these only the calendar's version is believed. */
    constructor({ flow, registers, said, now }) {
        Object.assign(this, { flow, registers, said, now });
    }

    calendarOf(name, former) {
        const version = this.said[name]?.calendar ?? former;
        return this.registers.calendars.has(version) ? version : [...this.registers.calendars.keys()].at(-1);
    }

    time(clock) {
        return this.registers.calendars.get(clock.calendar) ?? [...this.registers.calendars.values()].at(-1);
    }

    reckon(clock, startUs, limit, pauses) {
        const end = this.time(clock).deadline(startUs / 1000, limit, pauses);
        return end === null ? null : Math.round(end * 1000);
    }

    /** When it ends: a function of start, limit, calendar, pauses, and what was granted or set from outside. */
    end(clock) {
        if (clock.limit === undefined)
            return clock.due;
        if (stands(clock))
            return null;
        let due = this.reckon(clock, clock.start, clock.limit, pausesOf(clock));
        if (clock.extra > 0)
            due = this.reckon(clock, due, { n: clock.extra, unit: 'work_day' }, []);
        return clock.cap !== undefined && clock.cap < due ? clock.cap : due;
    }

    /** When so many per cent of it are used: of its working time where the limit counts that. */
    mark(clock, perCent) {
        if (perCent >= 100)
            return clock.due;
        if (clock.limit === undefined || !clock.limit.unit.startsWith('work_'))
            return clock.start + Math.trunc((clock.due - clock.start) / 100) * perCent;
        const whole = this.reckon(clock, clock.start, clock.limit, []);
        const minutes = Math.floor(this.worked(clock, clock.start, whole) / MINUTE);
        const part = this.reckon(clock, clock.start, { n: Math.floor(minutes * perCent / 100), unit: 'work_minute' }, pausesOf(clock));
        return Math.min(part, clock.due);
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

    setDue(after, name) {
        const clock = after.clocks[name];
        if (this.flow.clocks[ruleName(name)]?.due && clock.due !== null)
            after.due_at = clock.due;
    }

    limitOf(after, name) {
        return plain(this.registers.categories.get(after.category)?.limits[name] ?? this.flow.clocks[name].limit);
    }

    stop(after, name) {
        delete after.clocks[name];
    }

    start(after, word, k) {
        const rule = this.flow.clocks[word], name = k > 0 ? `${word}/${k}` : word;
        this.stop(after, name);
        const clock = { start: this.now, due: null, calendar: this.calendarOf(name) };
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
        this.setDue(after, name);
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
        clock.calendar = this.calendarOf(name, clock.calendar);
        clock.due = this.end(clock);
        this.judgeYears(clock);
        this.setDue(after, name);
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

    /** A newer calendar has come: what was provisional is counted anew. */
    recountProvisional(after) {
        for (const [name, clock] of Object.entries(after.clocks))
            if (clock.provisional)
                this.anew(after, name);
    }

    recount(after) {
        for (const [name, clock] of Object.entries(after.clocks))
            if (clock.limit !== undefined) {
                clock.limit = this.limitOf(after, ruleName(name));
                this.anew(after, name);
            }
    }

    extend(after, name, days) {
        const clock = after.clocks[name];
        if (clock === undefined || clock.limit === undefined || !(days >= 1))
            return;
        clock.extra = (clock.extra ?? 0) + days;
        delete clock.fired;
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
