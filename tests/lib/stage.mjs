// The stage of the stories: one instance of the sample city in which time is told by the story. It begins on a Monday of a
// year whose calendar is published, so that limits in working time end where they end on any day that the tests run.
import assert from 'node:assert/strict';
import { Instance } from './instance.mjs';
import { Person, Reporter } from './person.mjs';
import { waitFor } from './wait.mjs';

const BEGINNING = '2026-03-02T09:00:00+08:00';
const DAY = 86400000;

export class Stage {
    static async up(options) {
        const stage = new Stage();
        stage.house = await Instance.up({ ...options, sample: false });
        stage.people = new Map();
        stage.at(BEGINNING);
        await stage.house.raise({ sample: true });
        const { json } = await stage.house.client('admin').get('/api/v1/calendars');
        stage.free = json.items.find((one) => one.code === 'city').definition.holidays;
        return stage;
    }

    person(code, options) {
        if (options !== undefined)
            return new Person(this.house, code, options);
        if (!this.people.has(code))
            this.people.set(code, new Person(this.house, code));
        return this.people.get(code);
    }

    reporter(report) {
        return new Reporter(this.house, report);
    }

    /** It is now this time, for every process. */
    at(time) {
        this.house.moveClock((Date.parse(time) - Date.now()) / 1000);
    }

    now() {
        return this.house.now().getTime();
    }

    later({ days = 0, hours = 0, minutes = 0 }) {
        this.house.moveClock(this.house.offset + days * 86400 + hours * 3600 + minutes * 60);
    }

    /** The date in the city, so many days from now. */
    date(days = 0) {
        return new Date(this.now() + days * DAY + 8 * 3600000).toISOString().slice(0, 10);
    }

    /** It is this time of the next working day, of a Monday where days of one week are wanted. */
    nextDay(time = '09:00', { monday = false } = {}) {
        for (let n = 1; ; n++) {
            const date = this.date(n), day = new Date(date).getUTCDay();
            if (day === 0 || day === 6 || this.free.includes(date) || (monday && day !== 1))
                continue;
            return this.at(`${date}T${time}:00+08:00`);
        }
    }

    /** This time of the day that is so many days off, as the services write it. */
    time(days, clock) {
        return new Date(`${this.date(days)}T${clock}:00+08:00`).toISOString().replace('.000Z', 'Z');
    }

    /** Where a thing lies: a point inside this area. */
    async point(code) {
        const { json } = await this.house.client('admin').get(`/api/v1/areas/${code}`);
        const [lon, lat] = json.properties.point;
        return { lon, lat };
    }

    /** A resident says something about this area, with a number at which they can be reached. */
    async says(text, category, area, more = {}) {
        return this.person('admin').reports(text, { category, area, reporter: { phone: '000-0000', consent: true }, ...more }, undefined);
    }

    /** What another system sends in as its order, with its own due dates. */
    async order(text, category, area, source) {
        this.hotline ??= (await this.house.client('admin').post('/api/v1/keys', { name: 'hotline', system: '12345' })).json.key;
        const answer = await this.house.client(undefined, { key: this.hotline }).post('/api/v1/reports',
            { text, category, area, channel: 'system', source: { system: '12345', ...source } });
        assert.equal(answer.status, 201, answer.text);
        const { number, query_code: code, id } = answer.json;
        await waitFor('the case', async () => await this.house.count(`cases WHERE id = ${id}`) === 1);
        return { number, code, id };
    }

    state(id) {
        return this.house.one(`SELECT state FROM cases WHERE id = ${id}`);
    }

    reaches(id, state) {
        return waitFor(`case ${id} is ${state}`, async () => await this.state(id) === state);
    }

    /** How often an event of a type stands in the log. */
    events(id, type, action) {
        return this.house.count(`events WHERE case_id = ${id} AND type = '${type}'${action === undefined ? '' : ` AND data ->> 'action' = '${action}'`}`);
    }

    async happens(id, type, action, n = 1) {
        await waitFor(`${type} (${action}) of case ${id}`, async () => await this.events(id, type, action) >= n);
        assert.equal(await this.events(id, type, action), n, `${type} (${action}) exactly ${n} times`);
    }
}
