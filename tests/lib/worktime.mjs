// When a limit ends, reckoned again and apart from common/calendar.c: minute by minute, over the calendar's own file.
// Slow and plain, so that a wrong deadline shows.
const OFFSET = 8 * 3600 * 1000; // Asia/Shanghai, whose clocks have not changed since 1991

export class WorkTime {
    /** definition: what GET /calendars gives. */
    constructor(definition) {
        this.hours = definition.hours.map((pair) => pair.map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))));
        this.workdays = new Set(definition.workdays);
        this.holidays = new Set(definition.holidays ?? []);
        this.makeup = new Set(definition.makeup ?? []);
    }

    local(ms) {
        const date = new Date(ms + OFFSET);
        return { day: date.toISOString().slice(0, 10), weekday: date.getUTCDay() || 7, minute: date.getUTCHours() * 60 + date.getUTCMinutes() };
    }

    workday(ms) {
        const { day, weekday } = this.local(ms);
        return this.makeup.has(day) || (this.workdays.has(weekday) && !this.holidays.has(day));
    }

    open(ms) {
        const { minute } = this.local(ms);
        return this.workday(ms) && this.hours.some(([from, to]) => minute >= from && minute < to);
    }

    /** The moment itself if open, else the next opening. */
    opening(ms) {
        if (this.open(ms))
            return ms;
        let at = Math.floor(ms / 60000) * 60000;
        while (!this.open(at))
            at += 60000;
        return at;
    }

    deadline(startMs, { n, unit }) {
        const start = this.opening(startMs);
        if (unit === 'work_day') {
            let at = start, left = n;
            while (left > 0) {
                at += 86400000;
                left -= this.workday(at) ? 1 : 0;
            }
            return at;
        }
        if (n === 0)
            return start;
        // The seconds within the first minute are kept to the end.
        const within = start % 60000;
        let at = start - within, left = n * 60000 + within;
        while (left > 0) {
            if (this.open(at))
                left -= Math.min(left, 60000) || 0;
            at += 60000;
            if (left > 0 && left < 60000 && this.open(at))
                return at + left;
        }
        return at;
    }
}
