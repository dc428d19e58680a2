// Who may do what, found out at the door: every route and every action of every workflow, asked for as every role inside
// and outside of the area. The tables that come of it are docs/rights.md.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillForm } from './forms.mjs';
import { TOP } from './instance.mjs';
import { problem } from './person.mjs';
import { routes } from './routes.mjs';

export const WORKFLOWS = ['request', 'hazard', 'dispute'];
export const definition = (name) => JSON.parse(readFileSync(join(TOP, `schema/workflows/${name}.json`), 'utf8'));

const NO_DOOR = new Set(['key-required', 'key-wrong', 'session-expired', 'code-required', 'link-required', 'link-expired']);
// 403 for what was said, not for who said it.
const SAID = new Set(['former-password-wrong', 'totp-unconfirmed']);
// Their path names a thing that is nobody's: that it is not there says that whoever asks had the right to ask.
const MADE_UP = /\/(inbox|keys|sessions|links|staff\/\{code\}\/(identities|posts))\/\{|staff\/\{code\}\/(password|totp|identities|posts|leave-office)$|^DELETE .*\{code\}$|^PATCH .*(staff|categories|places|parties|duty)\/\{code\}$/;

/** One cell: ● asked and answered (or refused for what was said, not for who said it), ○ their own only, ∅ as if it were not there, – not theirs. */
export function cell(route, answer) {
    if (answer.status === 401 && NO_DOOR.has(problem(answer)) || answer.status === 403 && !SAID.has(problem(answer)))
        return '–';
    if (answer.status === 404)
        return MADE_UP.test(route.name) ? '○' : '∅';
    return '●';
}

/** {route name: {role: cell}}; roles: {name: Client}. Nothing is moved: bodies are empty or name an action that is none. */
export async function walkRoutes(roles, values) {
    const table = {}, made = new Map(routes().map((route) => [route.name, route]));
    const ends = (route) => route.name === 'DELETE /api/v1/sessions/current';
    for (const real of routes(values).sort((a, b) => ends(a) - ends(b))) {
        const route = MADE_UP.test(real.name) ? made.get(real.name) : real;
        const acting = route.name.endsWith('/actions') && route.method === 'POST';
        const body = acting ? { action: 'no-such' } : route.body, headers = acting && !route.route.includes('/reports/') ? { 'If-Match': '"1"' } : route.headers;
        const row = {};
        for (const [role, client] of Object.entries(roles))
            row[role] = cell(route, await client.send(route.method, route.path, { body, type: route.type, headers }));
        table[route.name] = row;
    }
    return table;
}

/** Everything that somebody could be named as in `by`, of an action and of its variants. */
function named(action) {
    const all = [action, ...(action.rows ?? [])].flatMap((one) => one.by ?? []);
    return new Set(all);
}

/** {action: Set of roles}, tasks' ones as `task.NAME`. */
export function actionsOf(file) {
    const own = Object.entries(file.actions).map(([name, action]) => [name, { action, by: named(action) }]);
    const tasks = Object.entries(file.tasks?.actions ?? {}).map(([name, action]) => [`task.${name}`, { action, by: named(action) }]);
    return Object.fromEntries([...own, ...tasks]);
}

/** The states to which an action can lead: itself, or once it is approved. */
function targets(file, action) {
    const approved = (effects) => (effects ?? []).filter((one) => one.startsWith('ask=')).map((one) => file.actions[file.approvals[one.slice(4)].then]);
    return [action, ...(action.rows ?? [])].flatMap((one) => [...(one.to === undefined ? [] : [one.to]), ...approved(one.effects).flatMap((then) => targets(file, then))]);
}

/**
 * Leads cases of one workflow through its states as people may, and in each state that is new asks everybody: what stands
 * in their list must be theirs by the file, and what does not is refused to them.
 * inside, outside: {role: Client}; born: () → {id, number, code}, a new case. Gives {states: those seen, asked: how many tries}.
 */
export class ActionWalk {
    constructor({ workflow, inside, outside, reporter, born, known, posts }) {
        Object.assign(this, { workflow, inside, outside, reporter, born, known, posts, file: definition(workflow), seen: new Map(), taken: new Map(), asked: 0 });
        this.actions = actionsOf(this.file);
    }

    missing() {
        return Object.keys(this.file.states).filter((state) => !this.seen.has(state));
    }

    async state(id) {
        const { json } = await this.inside.administrator.get(`/api/v1/cases/${id}`);
        return json.state;
    }

    /** Asks everybody about a case in a state that nobody was asked in before. */
    async judge(one, state) {
        if (this.seen.has(state))
            return;
        this.seen.set(state, one.id);
        const path = `/api/v1/cases/${one.id}/actions`;
        for (const [role, client] of Object.entries(this.outside))
            for (const answer of [await client.get(path), await client.post(path, { action: 'accept' }, { headers: { 'If-Match': '"1"' } })])
                assert.equal(answer.status, 404, `${role} and a case in ${state}: ${answer.text}`);
        for (const [role, client] of Object.entries(this.inside))
            await this.judgeOne({ client, path, role, state });
        await this.judgeOne({ client: this.reporter(one), path: `/api/v1/reports/${one.number}/actions`, role: 'reporter', state });
    }

    async judgeOne({ client, path, role, state }) {
        const { status, json, headers, text } = await client.get(path);
        if (status === 404)
            return; // restricted, and not for them
        assert.equal(status, 200, `${role} in ${state}: ${text}`);
        const may = new Set(json.actions.map((one) => one.action));
        for (const action of may)
            assert.ok(this.theirs(role, this.actions[action].by), `${role} is offered ${action} in ${state}, which the file gives to ${[...this.actions[action].by]}`);
        const rest = Object.keys(this.file.actions).filter((action) => !may.has(action));
        const match = headers.etag === undefined ? {} : { 'If-Match': headers.etag };
        const answers = await Promise.all(rest.map((action) => client.post(path, { action }, { headers: match })));
        answers.forEach((answer, i) => assert.ok([403, 409].includes(answer.status), `${role} tries ${rest[i]} in ${state}: ${answer.status} ${answer.text}`));
        this.asked += rest.length;
    }

    /** A role may be offered what the file gives to its post, or to what it can be to a case. */
    theirs(role, by) {
        if (role === 'reporter' || role === 'administrator')
            return by.has(role) && role === 'reporter';
        if (role === 'system')
            return false;
        return this.posts[role].some((post) => by.has(post)) ||
            ['holder', 'opener', 'approver', 'assignee', 'former', 'author', 'asker'].some((relation) => by.has(relation));
    }

    /** One more step of some case, towards a state that is missing where one can be reached from here. */
    async step(one) {
        const state = await this.state(one.id), missing = new Set(this.missing()), choices = [];
        for (const [role, client] of [...Object.entries(this.inside), ['reporter', this.reporter(one)]]) {
            const path = role === 'reporter' ? `/api/v1/reports/${one.number}/actions` : `/api/v1/cases/${one.id}/actions`;
            const { json, headers } = await client.get(path);
            for (const action of json.actions ?? [])
                choices.push({ client, path, action, match: headers.etag, leads: targets(this.file, this.file.actions[action.action]) });
        }
        const good = choices.filter(({ leads }) => leads.some((to) => missing.has(to)));
        const moves = choices.filter(({ leads, action }) => action.deciding !== false && (leads.length === 0 || leads.some((to) => !this.file.states[to]?.final)));
        const choice = this.seldom(state, good.length > 0 && this.known.random() < 0.8 ? good : moves);
        const fields = choice === undefined ? undefined : fillForm(choice.action.fields, this.known);
        if (fields === undefined)
            return state;
        await choice.client.post(choice.path, { action: choice.action.action, ...fields }, { headers: choice.match === undefined ? {} : { 'If-Match': choice.match } });
        return this.state(one.id);
    }

    /** Of these the one that was taken least in this state. */
    seldom(state, choices) {
        const times = ({ action }) => this.taken.get(`${state} ${action.action}`) ?? 0;
        const choice = choices.map((one) => [times(one) + this.known.random(), one]).sort((a, b) => a[0] - b[0])[0]?.[1];
        if (choice !== undefined)
            this.taken.set(`${state} ${choice.action.action}`, times(choice) + 1);
        return choice;
    }

    /** Until every state was seen, or so many steps were made. */
    async run(steps) {
        let one = await this.born(0);
        for (let turn = 1, age = 0; turn <= steps && this.missing().length > 0; turn++) {
            const state = await this.state(one.id);
            await this.judge(one, state);
            if (this.file.states[state].final && this.known.random() < 0.5 || ++age > 12)
                [one, age] = [await this.born(turn), 0];
            await this.judge(one, await this.step(one));
        }
    }
}

/* ---- the page */

const MARK = { '–': '–', '∅': '∅', '●': '●', '○': '○' };
const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [line(head), line(head.map((_, i) => i === 0 ? '---' : ':-:')), ...rows.map(line)].join('\n');

export function page(found, roles) {
    const names = Object.keys(roles);
    const parts = WORKFLOWS.map((workflow) => {
        const file = definition(workflow), actions = actionsOf(file);
        const by = [...new Set(Object.values(actions).flatMap((one) => [...one.by]))].sort((a, b) => POSTS.indexOf(a) - POSTS.indexOf(b));
        const rows = Object.entries(actions).map(([name, { action, by: who }]) => [`\`${name}\` ${action.zh}`, ...(who.size === 0 ? by.map(() => '') : by.map((role) => who.has(role) ? '●' : '')), who.size === 0 ? 'system' : fromOf(action)]);
        return `## \`${workflow}\` ${file.title.zh}\n\n${table(['action', ...by, 'in'], rows)}`;
    });
    return `${HEAD}\n## Routes\n\n${table(['route', ...names], Object.entries(found).sort(byPath).map(([name, row]) => [`\`${name}\``, ...names.map((role) => MARK[row[role]])]))}\n\n${ACTIONS}\n\n${parts.join('\n\n')}\n`;
}

const byPath = ([a], [b]) => a.split(' ')[1] < b.split(' ')[1] ? -1 : a.split(' ')[1] > b.split(' ')[1] ? 1 : a < b ? -1 : 1;
const fromOf = (action) => [...new Set([action, ...(action.rows ?? [])].flatMap((one) => one.from ?? []))].join(' ');
const POSTS = ['reporter', 'opener', 'holder', 'assignee', 'former', 'author', 'asker', 'approver', 'micro-member', 'leader', 'dedicated-leader', 'worker', 'dispatcher',
    'clerk', 'duty-officer', 'duty-leader', 'secretary', 'coordinator', 'director', 'supervisor', 'administrator'];
const HEAD = `# Who may do what

Written by \`WANGGE_TEST_WRITE=1 ./ops/test system\` (\`tests/system/rights.test.mjs\`), which asks for all of it at the door, and
fails where this page and what it was answered differ.

● theirs (what was refused was refused for what it said, not for who said it) · ○ what is their own only · ∅ as if it were not
there · – refused (401 or 403). Things named in paths lie in 康桥华城社区; \`elsewhere\` stands for the same post in another street,
\`logged in\` for a duty-leader with a session, \`query code\` for whoever said it, \`link\` for somebody with a link to the case.
`;
const ACTIONS = `# Actions

● may, in the states of the last column, where the guards of [the file](../schema/workflows/README.md) hold and the post's area holds the case;
\`system\`: nobody's, taken by a clock, an approval or another action. \`holder\` \`assignee\` \`approver\` \`former\` \`author\` \`opener\` \`reporter\` are what
somebody is to the case, whatever their post. The test leads cases through every state; in each it asks everybody for their
list, and tries all that is not in it.`;
