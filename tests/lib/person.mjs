// Who acts in a story: a person with a post, a person with a one-task link, and whoever said it. They do as a page would:
// ask what they may do, fill in the form that comes with it, post it with the version that they saw.
import assert from 'node:assert/strict';
import { Client } from './client.mjs';
import { pause, waitFor } from './wait.mjs';

export const problem = (answer) => answer.json?.type?.replace('urn:wangge:problem:', '');
let turn = 0;

const FITS = {
    text: (value) => typeof value === 'string', time: (value) => !Number.isNaN(Date.parse(value)), flag: (value) => typeof value === 'boolean',
    texts: (value) => Array.isArray(value) && value.every((one) => typeof one === 'string'), number: (value) => Number.isInteger(value),
    parties: (value) => Array.isArray(value) && new Set(value).size === value.length && value.every((one) => /^[a-z0-9-]+$/.test(one)),
    tasks: (value) => Array.isArray(value) && value.every((one) => typeof one.text === 'string' && (one.staff ?? one.party) !== undefined),
};

/** What a page would send: every field is one of the form, every required one is there, each is of its type. */
function fill(form, fields) {
    for (const [name, value] of Object.entries(fields)) {
        const field = form.fields.find((one) => one.name === name);
        assert.ok(field, `${form.action} has a field ${name}: ${JSON.stringify(form.fields)}`);
        if (field.choices !== undefined)
            assert.ok(field.choices.some((one) => one.value === value), `${value} is among the choices of ${name}: ${JSON.stringify(field.choices)}`);
        else
            assert.ok((FITS[field.type] ?? FITS.text)(value), `${name} is a ${field.type}: ${JSON.stringify(value)}`);
    }
    for (const field of form.fields)
        assert.ok(!field.required || fields[field.name] !== undefined, `${form.action} wants ${field.name}`);
    return { action: form.action, ...fields };
}

class Actor {
    /** Where the actions of a thing are: a task has a number with two hyphens more than the date's. */
    path(thing) {
        return /^\d{6}-\d+-\d-\d+$/.test(thing) ? `/api/v1/tasks/${thing}/actions` : `/api/v1/cases/${thing}/actions`;
    }

    async legal(thing) {
        const answer = await this.client.get(this.path(thing));
        assert.equal(answer.status, 200, `${this.code} may see the actions of ${thing}: ${answer.text}`);
        return answer;
    }

    /** The names of what they may do now. */
    async may(thing) {
        return (await this.legal(thing)).json.actions.map((one) => one.action);
    }

    async can(thing, ...actions) {
        const may = await this.may(thing);
        for (const action of actions)
            assert.ok(may.includes(action), `${this.code} may ${action}: ${may}`);
    }

    async cannot(thing, ...actions) {
        const may = await this.may(thing);
        for (const action of actions)
            assert.ok(!may.includes(action), `${this.code} may not ${action}: ${may}`);
    }

    /** Does it, and gives {event, case} (for whoever said it: {event, state}). */
    async does(thing, action, fields = {}) {
        const { json, headers } = await this.legal(thing);
        const form = json.actions.find((one) => one.action === action);
        assert.ok(form, `${this.code} may ${action}: ${json.actions.map((one) => one.action)}`);
        const answer = await this.send(thing, fill(form, fields), form.deciding ? headers.etag : undefined);
        assert.equal(answer.status, 200, `${this.code} does ${action}: ${answer.text}`);
        return answer.json;
    }

    /** Posts it as it is. */
    send(thing, body, match, key = `person-${process.pid}-${++turn}`) {
        return this.client.post(this.path(thing), body, { headers: { 'Idempotency-Key': key, ...(match === undefined ? {} : { 'If-Match': match }) } });
    }

    /** Tries it although it is not theirs to do; it is refused with this type, and nothing is written. */
    async refused(thing, action, fields, type) {
        const { headers } = await this.legal(thing);
        const answer = await this.send(thing, { action, ...fields }, headers.etag);
        assert.equal(problem(answer), type, `${this.code} tries ${action}: ${answer.status} ${answer.text}`);
        assert.equal((await this.legal(thing)).headers.etag, headers.etag);
        return answer;
    }
}

export class Person extends Actor {
    constructor(house, code, options = {}) {
        super();
        Object.assign(this, { house, code, client: house.client(code, options), at: options });
    }

    async sees(id) {
        const answer = await this.client.get(`/api/v1/cases/${id}`);
        assert.equal(answer.status, 200, `${this.code} sees ${id}: ${answer.text}`);
        return answer.json;
    }

    async blindTo(id) {
        assert.equal(problem(await this.client.get(`/api/v1/cases/${id}`)), 'unknown-case', this.code);
        assert.equal(problem(await this.client.get(`/api/v1/cases/${id}/actions`)), 'unknown-case', this.code);
    }

    /** The notices of a rule about a case in the inbox, newest first. */
    async inbox(id, rule) {
        const { json } = await this.client.get('/api/v1/inbox?limit=200');
        return json.items.filter((one) => one.case === id && (rule === undefined || one.rule === rule));
    }

    /** Waits until so many notices of the rule have come. */
    told(id, rule, n = 1) {
        return waitFor(`${this.code} is told ${n} × ${rule}`, async () => {
            const items = await this.inbox(id, rule);
            return items.length >= n && (assert.equal(items.length, n), items[0]);
        });
    }

    async clocks(id) {
        const answer = await this.client.get(`/api/v1/cases/${id}/clocks`);
        assert.equal(answer.status, 200, answer.text);
        return Object.fromEntries(answer.json.clocks.map((one) => [one.clock, one]));
    }

    /** Writes down what is seen, heard or sent in, and waits for its case: {number, query_code, id}. */
    async reports(text, more = {}, key = this.code) {
        const answer = await this.house.client(key).post('/api/v1/reports', { text, ...more });
        assert.equal(answer.status, 201, answer.text);
        const { number, query_code: code } = answer.json;
        const lookout = this.house.client('admin');
        const item = await waitFor('the case', async () => (await lookout.get(`/api/v1/cases?report=${number}`)).json.items[0]);
        return { number, code, id: item.id };
    }

    /** Gives somebody without a log-in a link to one case or task, and is that somebody. */
    async link(staff, object, purpose, days = 7) {
        const answer = await this.client.post('/api/v1/links', { staff, purpose, days, ...object });
        assert.equal(answer.status, 201, answer.text);
        return Object.assign(new Guest(this.house, staff, answer.json.token), { id: answer.json.id });
    }
}

/** A link is slow by design, five requests a second: its page waits for its turn. */
class Patient extends Client {
    async send(...request) {
        for (;;) {
            const answer = await super.send(...request);
            if (problem(answer) !== 'rate-exceeded')
                return answer;
            await pause(1000 * Number(answer.headers['retry-after']));
        }
    }
}

/** Somebody who comes with a one-task link. */
export class Guest extends Actor {
    constructor(house, code, token) {
        super();
        Object.assign(this, { house, code, client: new Patient({ port: house.port, key: `Link ${token}` }) });
    }
}

/** Whoever said it, with the query code that they were given. */
export class Reporter extends Actor {
    constructor(house, { number, code }) {
        super();
        Object.assign(this, { house, code: number, client: house.client(undefined, { key: `Code ${code}` }) });
    }

    path() {
        return `/api/v1/reports/${this.code}/actions`;
    }

    may() {
        return super.may(this.code);
    }

    does(action, fields) {
        return super.does(this.code, action, fields);
    }

    refused(action, fields, type) {
        return super.refused(this.code, action, fields, type);
    }

    async sees(english = false) {
        const answer = await this.client.get(`/api/v1/reports/${this.code}`, { headers: english ? { 'Accept-Language': 'en' } : {} });
        assert.equal(answer.status, 200, answer.text);
        return answer.json;
    }
}
