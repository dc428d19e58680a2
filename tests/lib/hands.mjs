// Staff at work through the front door, as the source of actions for chaos: takes cases that stand somewhere, moves each
// one step with the key of whoever's turn it is, and sends an action whose answer was lost again with the same key. Like
// the history of reports it believes the client: an action that was answered 200 is one event, an event that nobody
// attempted must not exist, what was refused must not have happened.
// Most steps go the straight way from dispatch to close; a share of them roams: somebody who has to do with the case asks
// what they may do (GET …/actions), and takes one of it with a form filled by its types. So the whole workflow is walked
// (approvals, holds, tasks, raises, merges), whatever its file says.
import { fillForm } from './forms.mjs';
import { pause } from './wait.mjs';

const COMMUNITY_DIGITS = 12, STREET_DIGITS = 9;
// They end a case or say little: taken seldom, so that cases live to see the others.
const SELDOM = new Set(['void', 'refer', 'reject', 'redact', 'restrict', 'urge', 'progress', 'instruct', 'supervise', 'relocate', 'reclassify', 'merge']);

export class Hands {
    /**
     * category: what a dispatcher names where it is missing; area(code): a grid below an area, for what lies nowhere. roam:
     * the share of steps that ask what is legal; categories, parties: codes that forms may name.
     */
    constructor(instance, { category, area, random = Math.random, timeoutMs = 15000, roam = 0.2, categories = [category], parties = [] }) {
        Object.assign(this, { instance, category, area, random, timeoutMs, roam, categories, parties });
        this.tasks = []; // {case, number, who}: what roamers have asked of others
        this.seen = [];
        this.attempts = new Map(); // key → {case, action, state: sent|done|refused|unknown, n, status}
        this.lookout = instance.client('admin', { checked: false, sockets: 8 });
        this.clients = new Map();
        this.turn = 0;
        this.lost = 0;
    }

    client(code) {
        if (!this.clients.has(code))
            this.clients.set(code, this.instance.client(code, { checked: false, sockets: 8 }));
        return this.clients.get(code);
    }

    /** Whose turn it is and what they do; undefined: nobody's that has a key here. */
    choose(one) {
        const community = one.area.code.slice(0, COMMUNITY_DIGITS).padEnd(COMMUNITY_DIGITS, '0');
        switch (one.state) {
        case 'reported':
        case 'filed': {
            const where = one.area.code.length >= COMMUNITY_DIGITS ? community : '410103';
            if (this.random() < 0.1)
                return [`${where}-dispatcher`, { action: 'reject', reason: 'no-matter', text: '没有具体事项' }];
            const area = this.area(where);
            return [`${where}-dispatcher`, { action: 'dispatch', category: one.category?.code ?? this.category, area, holder: `${area}-leader` }];
        }
        case 'dispatched': return [one.holder, { action: 'accept' }];
        case 'working': return [one.holder, { action: 'resolve', text: '已到场办理' }];
        case 'resolved': return [`${community}-secretary`, { action: 'verify' }];
        case 'verified': return [`${community}-dispatcher`, { action: 'close', text: '已办结' }];
        default: return undefined;
        }
    }

    async step(id) {
        const { status, json, headers } = await this.lookout.get(`/api/v1/cases/${id}`, { timeoutMs: this.timeoutMs });
        if (status !== 200)
            return;
        const code = (value) => value === null || typeof value !== 'object' ? value : value.code;
        const one = { ...json, holder: code(json.holder), area: typeof json.area === 'string' ? { code: json.area } : json.area,
            category: json.category === null || typeof json.category === 'object' ? json.category : { code: json.category } };
        const straight = this.random() >= this.roam ? this.choose(one) : undefined;
        const choice = straight ?? await this.wander(one);
        if (choice === undefined || choice[0] === null)
            return;
        // Now and then two hands reach for the same case: only one may have it.
        const hands = this.random() < 0.1 ? 2 : 1;
        await Promise.all(Array.from({ length: hands }, () => this.act(id, choice, headers.etag)));
    }

    pick(list) {
        return list[Math.floor(this.random() * list.length)];
    }

    /** Who may have a say in this case. */
    people({ area, holder, party }) {
        const community = area.code.slice(0, COMMUNITY_DIGITS), street = area.code.slice(0, STREET_DIGITS), posts = ['410103-supervisor'];
        if (area.code.length >= COMMUNITY_DIGITS)
            posts.push(`${community}-dispatcher`, `${community}-secretary`, `${community}-secretary`);
        else
            posts.push('410103-dispatcher');
        if (area.code.length >= STREET_DIGITS)
            posts.push(...['coordinator', 'coordinator', 'director', 'duty-officer'].map((post) => `${street}-${post}`));
        return [...posts, ...(holder === null ? [] : [holder, holder, holder]), ...(party ? [`${party.code ?? party}-handler`] : [])];
    }

    /** [who, body, path]: something that this case, or a task of it, allows to somebody; undefined: not this time. */
    async wander(one) {
        const tasks = this.tasks.filter((task) => task.case === one.id);
        const task = tasks.length > 0 && this.random() < 0.4 ? this.pick(tasks) : undefined;
        const who = task !== undefined && this.random() < 0.7 ? task.who : this.pick(this.people(one));
        const path = task === undefined ? `/api/v1/cases/${one.id}/actions` : `/api/v1/tasks/${task.number}/actions`;
        const { status, json } = await this.client(who).get(path, { timeoutMs: this.timeoutMs });
        if (status !== 200)
            return undefined;
        const legal = json.actions.filter((action) => !SELDOM.has(action.action) || this.random() < 0.15), action = this.pick(legal);
        const fields = action === undefined ? undefined : fillForm(action.fields, this.known(one));
        this.seen.push(one.number);
        return fields === undefined ? undefined : [who, { action: action.action, ...fields }, path, one];
    }

    /** What a form may name. */
    known({ area }) {
        const community = area.code.slice(0, COMMUNITY_DIGITS), here = area.code.length >= COMMUNITY_DIGITS ? community : '410103007012';
        const grid = this.area(here);
        return { random: this.random, now: () => this.instance.now().getTime(), category: () => this.pick(this.categories), area: () => this.area(here),
            staff: () => this.pick([`${grid}-leader`, `${here}-secretary`, `${here.slice(0, STREET_DIGITS)}-coordinator`]),
            party: () => this.pick(this.parties), case: () => this.pick(this.seen) };
    }

    /** The tasks of an action that was done are there for those who were asked. */
    remember(one, body, tasks) {
        (body.tasks ?? []).forEach((task, i) => this.tasks.push({ case: one.id, number: `${one.number}-${tasks + i + 1}`,
            who: task.staff ?? `${task.party}-handler` }));
    }

    async act(id, [who, body, path = `/api/v1/cases/${id}/actions`, one], match) {
        const key = `hand-${id}-${++this.turn}`;
        const attempt = { case: String(id), action: body.action, state: 'sent' };
        this.attempts.set(key, attempt);
        const end = Date.now() + 60000;
        for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
            await this.attempt(attempt, this.client(who), path, body, { 'If-Match': match, 'Idempotency-Key': key });
            if (attempt.state === 'done' && body.tasks !== undefined)
                this.remember(one, body, this.tasks.filter((task) => task.case === one.id).length);
            if (attempt.state !== 'unknown' || Date.now() > end)
                return;
            await pause(waitMs);
        }
    }

    async attempt(attempt, client, path, body, headers) {
        try {
            const answer = await client.post(path, body, { headers, timeoutMs: this.timeoutMs });
            attempt.status = answer.status;
            if (answer.status === 200)
                Object.assign(attempt, { state: 'done', n: answer.json.event.n, type: answer.json.event.type });
            else if (answer.status < 500 && answer.status !== 401)
                attempt.state = 'refused';
            else
                attempt.state = 'unknown';
        } catch {
            attempt.state = 'unknown';
        }
        this.lost += attempt.state === 'unknown';
    }

    /** So many at once until stop(); next() gives the id of a case, or undefined. */
    start(atOnce, next, { everyMs = 100 } = {}) {
        this.stopped = false;
        this.working = Promise.all(Array.from({ length: atOnce }, async () => {
            while (!this.stopped) {
                const id = next();
                if (id !== undefined)
                    await this.step(id).catch(() => {});
                await pause(everyMs);
            }
        }));
    }

    async stop() {
        this.stopped = true;
        await this.working;
    }

    close() {
        for (const client of [this.lookout, ...this.clients.values()])
            client.close();
    }

    /** events: [{case, n, action, type}] of all events after the first that people made. Gives the sums and what is wrong. */
    check(events) {
        const sums = { attempted: this.attempts.size, done: 0, refused: 0, unknown: 0, lostAnswers: this.lost, faults: [] };
        const at = new Map(events.map((event) => [`${event.case}/${event.n}`, event]));
        const claimed = new Map(), possible = new Set();
        for (const [key, attempt] of this.attempts) {
            const name = `action ${key} (${attempt.action} of ${attempt.case})`;
            if (attempt.state !== 'refused')
                possible.add(`${attempt.case}/${attempt.action}`);
            sums[attempt.state === 'sent' ? 'unknown' : attempt.state]++;
            if (attempt.state !== 'done')
                continue;
            const place = `${attempt.case}/${attempt.n}`, event = at.get(place);
            if (event === undefined || event.action !== attempt.action || event.type !== attempt.type)
                sums.faults.push(`${name}: answered 200 as event ${attempt.n}, which ${event === undefined ? 'is lost' : `is ${event.type}`}`);
            if (claimed.has(place))
                sums.faults.push(`${name}: event ${attempt.n} was already answered to ${claimed.get(place)}`);
            claimed.set(place, key);
        }
        for (const event of events)
            if (!possible.has(`${event.case}/${event.action}`))
                sums.faults.push(`event ${event.n} of case ${event.case} (${event.type}): nobody did that, or was refused it`);
        return sums;
    }
}
