// Staff at work through the front door, as the source of actions for chaos: takes cases that stand somewhere, moves each
// one step with the key of whoever's turn it is, and sends an action whose answer was lost again with the same key. Like
// the history of reports it believes the client: an action that was answered 200 is one event, an event that nobody
// attempted must not exist, what was refused must not have happened.
import { pause } from './wait.mjs';

const COMMUNITY_DIGITS = 12;

export class Hands {
    /** category: what a dispatcher names where it is missing; area(code): a grid below an area, for what lies nowhere. */
    constructor(instance, { category, area, random = Math.random, timeoutMs = 15000 }) {
        Object.assign(this, { instance, category, area, random, timeoutMs });
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
        const choice = this.choose(one);
        if (choice === undefined || choice[0] === null)
            return;
        // Now and then two hands reach for the same case: only one may have it.
        const hands = this.random() < 0.1 ? 2 : 1;
        await Promise.all(Array.from({ length: hands }, () => this.act(id, choice, headers.etag)));
    }

    async act(id, [who, body], match) {
        const key = `hand-${id}-${++this.turn}`;
        const attempt = { case: String(id), action: body.action, state: 'sent' };
        this.attempts.set(key, attempt);
        const end = Date.now() + 60000;
        for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
            await this.attempt(attempt, this.client(who), id, body, { 'If-Match': match, 'Idempotency-Key': key });
            if (attempt.state !== 'unknown' || Date.now() > end)
                return;
            await pause(waitMs);
        }
    }

    async attempt(attempt, client, id, body, headers) {
        try {
            const answer = await client.post(`/api/v1/cases/${id}/actions`, body, { headers, timeoutMs: this.timeoutMs });
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

    /** events: [{case, n, action, type}] of all deciding events after the first. Gives the sums and what is wrong. */
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
