// When a limit ends, reckoned again and apart from common/calendar.c: span by span, over the calendar's own file, in plain
// lists, so that a wrong deadline shows. What each unit counts stands in common/calendar.h.
const OFFSETS = { 'Asia/Shanghai': 8, 'Asia/Taipei': 8, 'Asia/Urumqi': 6, UTC: 0 };
const MINUTE = 60000000; // microseconds, whole numbers all the way
const DAY = 1440 * MINUTE;
const LAST = 47482; // 1 January 2100

const spansOf = (hours) => hours.map((pair) => pair.map((time) => (Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) * MINUTE));

export class WorkTime {
    /** definition: what GET /calendars gives. */
    constructor(definition) {
        this.offset = OFFSETS[definition.timezone] * 60 * MINUTE;
        this.hours = spansOf(definition.hours);
        this.workdays = new Set(definition.workdays);
        this.holidays = new Set(definition.holidays ?? []);
        this.makeup = new Set(definition.makeup ?? []);
        this.seasons = (definition.seasons ?? []).map(({ from, to, hours }) => ({ from, to, hours: spansOf(hours) }));
        this.halfDays = new Map(Object.entries(definition.half_days ?? {}).map(([date, hours]) => [date, spansOf(hours)]));
        this.known = new Map();
        const dates = [...this.holidays, ...this.makeup];
        this.never = definition.years === undefined && dates.length === 0 && this.workdays.size === 7;
        this.years = new Set(definition.years ?? dates.map((date) => Number(date.slice(0, 4))));
    }

    /** Whether the holidays of a year are known; where every day is worked there are none to know. */
    published(year) {
        return this.never || this.years.has(year);
    }

    /** The spans of a day since 1970, from its midnight; none where it is free. Remembered: many cases ask for the same days. */
    on(day) {
        if (!this.known.has(day))
            this.known.set(day, this.reckonDay(new Date(day * 86400000)));
        return this.known.get(day);
    }

    reckonDay(noon) {
        const date = noon.toISOString().slice(0, 10), year = date.slice(5);
        if (this.halfDays.has(date))
            return this.halfDays.get(date);
        if (this.holidays.has(date) || !(this.makeup.has(date) || this.workdays.has(noon.getUTCDay() || 7)))
            return [];
        const season = this.seasons.find(({ from, to }) => (from <= to ? from <= year && year <= to : from <= year || year <= to));
        return season?.hours ?? this.hours;
    }

    *open(from) {
        for (let day = Math.floor(from / DAY); day < LAST; day++)
            for (const [start, end] of this.on(day))
                if (day * DAY + end > from)
                    yield [Math.max(from, day * DAY + start), day * DAY + end];
    }

    *workingDays(from) {
        for (let day = Math.floor(from / DAY); day < LAST; day++)
            if (this.on(day).length > 0)
                yield [Math.max(from, day * DAY), (day + 1) * DAY];
    }

    opening(from) {
        for (const [start] of this.open(from))
            return start;
        return Infinity;
    }

    close(day, work) {
        return work ? day * DAY + this.on(day).at(-1)[1] : (day + 1) * DAY;
    }

    /** When a limit given at startMs ends, in milliseconds; null while a pause is open. pauses: [{from, to}], to 0 = open. */
    deadline(startMs, limit, pauses = []) {
        const local = (ms) => Math.round(ms * 1000) + this.offset;
        const end = new Reckoning(this, pauses.map(({ from, to }) => [local(from), to ? local(to) : Infinity])).end(local(startMs), limit);
        return end === Infinity ? null : (end - this.offset) / 1000;
    }
}

/** One deadline. pauses: [from, to], local. */
class Reckoning {
    constructor(time, pauses) {
        this.time = time;
        this.pauses = [];
        for (const [from, to] of pauses.filter((pause) => pause[1] > pause[0]).sort((a, b) => a[0] - b[0])) {
            const last = this.pauses.at(-1);
            if (last !== undefined && from <= last[1])
                last[1] = Math.max(last[1], to);
            else
                this.pauses.push([from, to]);
        }
    }

    pauseAt(at) {
        return this.pauses.find(([from, to]) => from < at && at <= to);
    }

    /** Where so much of the spans has gone by outside of the pauses. */
    consume(spans, amount) {
        for (const [start, end] of spans) {
            let at = start;
            for (const [from, to] of [...this.pauses, [end, end]]) {
                const runs = Math.min(from, end) - at;
                if (runs >= amount)
                    return at + amount;
                amount -= Math.max(runs, 0);
                if (from >= end)
                    break;
                at = Math.max(at, to);
                if (at === Infinity)
                    return Infinity;
            }
        }
        return LAST * DAY;
    }

    /** When the clock runs: the moment itself where it lies in no pause. */
    awake(at, work) {
        for (let pause = this.pauseAt(at); pause !== undefined; pause = this.pauseAt(at)) {
            const [, to] = pause;
            const runs = work && to !== Infinity ? this.time.opening(to) : to;
            if (runs === at || runs === Infinity)
                return runs;
            at = runs;
        }
        return at;
    }

    /** Into the hours of its day: not before the next start on it, not after its close. */
    into(at) {
        const day = Math.floor(at / DAY), spans = this.time.on(day);
        if (spans.length === 0)
            return this.time.opening(at);
        const next = spans.find(([, end]) => day * DAY + end > at);
        return next === undefined ? this.time.close(day, true) : Math.max(at, day * DAY + next[0]);
    }

    end(start, { n, unit, start: begins, end: ends }) {
        const work = unit.startsWith('work_'), days = unit.endsWith('day'), next = begins === 'next_work_day', close = ends === 'close_of_day';
        const from = next ? this.time.opening((Math.floor(start / DAY) + 1) * DAY) : start;
        if (close && days && (n > 0 || next))
            return this.countDays(Math.floor(next ? from / DAY : start / DAY + 1), Math.max(n, 1), work);
        const end = this.exact(from, n, unit, work);
        if (!close || end === Infinity)
            return end;
        // What ends with a day belongs to it.
        let day = Math.floor((n > 0 ? end - 1 : end) / DAY);
        while (this.pauseAt(this.time.close(day, work)) !== undefined) {
            const runs = this.awake(this.time.close(day, work), work);
            if (runs === Infinity)
                return Infinity;
            day = Math.floor(runs / DAY);
        }
        return this.time.close(day, work);
    }

    exact(from, n, unit, work) {
        const { time } = this;
        if (n === 0)
            return this.awake(work ? time.opening(from) : from, work);
        if (unit === 'work_minute')
            return this.consume(time.open(from), n * MINUTE);
        if (unit !== 'work_day')
            return this.consume([[from, Infinity]], n * (unit === 'day' ? DAY : MINUTE));
        const end = this.consume(time.workingDays(time.opening(from)), n * DAY);
        return end === Infinity ? end : this.awake(this.into(end), true);
    }

    countDays(day, n, work) {
        for (; day < LAST; day++) {
            if (work && this.time.on(day).length === 0)
                continue;
            const pause = this.pauseAt(this.time.close(day, work));
            if (pause?.[1] === Infinity)
                return Infinity;
            n -= pause === undefined ? 1 : 0;
            if (n === 0)
                return this.time.close(day, work);
        }
        return Infinity;
    }
}
