// Every action of every workflow, asked for as every role: what stands in somebody's list must be what the file says of
// the case as it lies there, by the replayer's reading of states, posts and guards, and what does not is refused to them.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fillForm } from './forms.mjs';
import { TOP } from './instance.mjs';
import { sees, sightOf } from './roles.mjs';
import { readCity, standing } from '../chaos/replay.mjs';

export const WORKFLOWS = ['request', 'hazard', 'dispute'];
export const definition = (name) => JSON.parse(readFileSync(join(TOP, `schema/workflows/${name}.json`), 'utf8'));
const AT_ONCE = 24; // requests

/** Everything that somebody could be named as in `by`, of an action and of its variants. */
function named(action) {
    const all = [action, ...(action.rows ?? [])].flatMap((one) => one.by ?? []);
    return new Set(all);
}

/** {action: {action, by: Set of roles}}, tasks' ones as `task.NAME`. */
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

/** So many at a time; in the order of the list. */
export async function each(list, n, work) {
    const left = [...list];
    await Promise.all(Array.from({ length: n }, async () => {
        while (left.length > 0)
            await work(left.shift());
    }));
}

/**
 * Leads cases of one workflow through its states as people may, and asks everybody in each state that is new.
 * roles: of roles.mjs; reporter: (case) → Client; born: (turn) → {id, number, code}, a new case.
 */
export class ActionWalk {
    constructor({ house, workflow, roles, reporter, born, known }) {
        Object.assign(this, { house, workflow, roles, reporter, born, known, file: definition(workflow), seen: new Map(), taken: new Map(),
            asked: 0, lists: 0, offered: new Map() });
    }

    missing() {
        return Object.keys(this.file.states).filter((state) => !this.seen.has(state));
    }

    state(id) {
        return this.house.one(`SELECT state FROM cases WHERE id = ${id}`);
    }

    /** Asks everybody about a case in a state that nobody was asked in before. */
    async judge(one, state) {
        if (this.seen.has(state))
            return;
        this.seen.set(state, one.id);
        this.city ??= await readCity(this.house);
        const [may, sight] = [await standing(this.house, this.city, one.id), await sightOf(this.house, one.id)];
        // Whoever said it follows the case into which theirs was merged.
        const led = await this.house.one(`SELECT coalesce(master, id) FROM cases WHERE id = ${one.id}`);
        const askers = this.roles.map((role) => ({ role: role.name, client: role.client, path: `/api/v1/cases/${one.id}/actions`,
            there: sees(role, sight), actor: { staff: role.staff ?? null }, may }));
        askers.push({ role: 'reporter', client: this.reporter(one), path: `/api/v1/reports/${one.number}/actions`, there: true, actor: { staff: null, reporter: true },
            may: led === one.id ? may : await standing(this.house, this.city, led) });
        await each(askers, 4, (asker) => this.judgeOne({ ...asker, state }));
    }

    async judgeOne({ role, client, path, there, actor, state, may }) {
        const { status, json, headers, text } = await client.get(path);
        assert.equal(status, there ? 200 : 404, `${role} in ${state}: ${text}`);
        if (!there)
            return assert.equal((await client.post(path, { action: 'accept' }, { headers: { 'If-Match': '"1"' } })).status, 404, `${role} acts in ${state}`);
        const names = Object.keys(this.file.actions), offered = new Set(json.actions.map((one) => one.action));
        const theirs = names.filter((name) => may(actor, name, this.house.now().getTime() * 1000));
        assert.deepEqual([...offered].sort(), theirs.sort(), `what ${role} is offered in ${state}, and what the file gives them there`);
        for (const action of offered)
            this.offered.set(action, new Set([...this.offered.get(action) ?? [], role]));
        const rest = names.filter((action) => !offered.has(action)), match = headers.etag === undefined ? {} : { 'If-Match': headers.etag };
        await each(rest, AT_ONCE / 4, async (action) => {
            const answer = await client.post(path, { action }, { headers: match });
            assert.ok([403, 409].includes(answer.status), `${role} tries ${action} in ${state}: ${answer.status} ${answer.text}`);
        });
        this.asked += rest.length;
        this.lists++;
    }

    /** One more step of some case, towards a state that is missing where one can be reached from here. */
    async step(one) {
        const state = await this.state(one.id), missing = new Set(this.missing()), choices = [], sight = await sightOf(this.house, one.id);
        const askers = [...this.roles.filter((role) => role.staff !== undefined && sees(role, sight)).map((role) => [role.client, `/api/v1/cases/${one.id}/actions`]),
            [this.reporter(one), `/api/v1/reports/${one.number}/actions`]];
        await each(askers, 6, async ([client, path]) => {
            const { json, headers } = await client.get(path);
            for (const action of json.actions ?? [])
                choices.push({ client, path, action, match: headers.etag, leads: targets(this.file, this.file.actions[action.action]) });
        });
        const order = (one) => `${one.action.action} ${one.client.key}`;
        choices.sort((a, b) => (order(a) < order(b) ? -1 : 1)); // not as the answers came
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
