// Everybody who can ask: each post inside the area of a case and its twin elsewhere, agencies, guests, administrators;
// and the rule on who sees a case, told in plain lists, apart from the SQL function that judges it.
import { deskOf } from './desk.mjs';
import { Reporter } from './person.mjs';
import { Client } from './client.mjs';
import { waitFor } from './wait.mjs';

export const GRID = '410103007012003', COMMUNITY = '410103007012', STREET = '410103007', DISTRICT = '410103';
const THERE = { GRID: '410103003005002', COMMUNITY: '410103003005', STREET: '410103003' };
export const PARTY = 'urban-management';

/** post: [where it is held here, there]. Whom the sample city has not, the test makes: `new`. */
const POSTS = {
    leader: [GRID, THERE.GRID], 'micro-member': [`${GRID}01`, `${THERE.GRID}01`], dispatcher: [COMMUNITY, THERE.COMMUNITY],
    secretary: [COMMUNITY, THERE.COMMUNITY], coordinator: [STREET, THERE.STREET], director: [STREET, THERE.STREET], clerk: [STREET, THERE.STREET],
    'duty-officer': [STREET, THERE.STREET], 'duty-leader': [STREET, THERE.STREET],
};
// The dedicated-leader of the community, since one in the grid itself would be found before its leader.
const NEW = { worker: [GRID, THERE.GRID], 'dedicated-leader': [COMMUNITY, THERE.COMMUNITY], administrator: [STREET, THERE.STREET], supervisor: [undefined, THERE.STREET] };
const READS_RESTRICTED = ['secretary', 'coordinator', 'director', 'supervisor'], READS_WAITING = ['dispatcher'];

export const inside = (area, of) => area.startsWith(of);

/** A person, an address: nginx counts callers without a key by where they come from. */
class Stranger extends Client {
    send(...request) {
        const one = new Client({ port: this.port });
        return one.send(...request).finally(() => one.close());
    }
}

export class Roles {
    constructor(house, tag) {
        Object.assign(this, { house, tag, admin: house.client('admin'), made: [], all: {} });
    }

    add(name, client, more = {}) {
        this.all[name] = { name, client, posts: [], ...more };
    }

    async up() {
        const { house, admin } = this;
        this.add('nobody', new Stranger({ port: house.port }));
        for (const [post, areas] of Object.entries(POSTS))
            for (const [i, area] of areas.entries())
                await this.person(post, area, `${area}-${post}`, i > 0);
        for (const [post, areas] of Object.entries(NEW))
            for (const [i, area] of areas.entries())
                if (area !== undefined)
                    await this.person(post, area, await this.hire(post, area), i > 0);
        await this.person('supervisor', DISTRICT, `${DISTRICT}-supervisor`, false);
        await this.person('handler', DISTRICT, `${PARTY}-handler`, false);
        await this.person('handler', DISTRICT, 'housing-handler', true);
        await this.person('administrator', DISTRICT, `${DISTRICT}-administrator`, false, 'district administrator');
        for (const [name, area] of [['system', STREET], ['system elsewhere', THERE.STREET]]) {
            const { json } = await admin.post('/api/v1/keys', { name: this.tag, system: `${this.tag}-${area}`, area });
            this.add(name, house.client(undefined, { key: json.key }), { system: area });
        }
        const code = `${STREET}-duty-leader`;
        this.add('logged in', await deskOf(house, code), { ...await this.known(code), posts: [{ post: 'duty-leader', area: STREET }] });
        this.add('root key', admin, { root: true });
        return this;
    }

    /** With what a report and a link to its case open. */
    guests(report, link) {
        this.add('query code', new Reporter(this.house, report).client, { report: report.id });
        this.add('link', link.client, { link: report.id });
    }

    async known(code) {
        const [[staff, party]] = await this.house.sql(`SELECT id, party_id FROM staff WHERE code = '${code}'`);
        return { code, staff: Number(staff), party: party === null ? undefined : Number(party) };
    }

    async person(post, area, code, elsewhere, name = post) {
        this.add(elsewhere ? `${name} elsewhere` : name, this.client(code), { ...await this.known(code), posts: [{ post, area }], elsewhere });
    }

    client(code) {
        const made = this.made.find((one) => one.code === code);
        return this.house.client(made === undefined ? code : undefined, made === undefined ? {} : { key: made.key });
    }

    async hire(post, area) {
        const code = `${this.tag}-${post}-${area}`;
        await done(this.admin.post('/api/v1/staff', { code, name: code, posts: [`${post}@${area}`] }));
        const { key } = (await done(this.admin.post('/api/v1/keys', { name: code, staff: code }))).json;
        this.made.push({ code, key });
        return code;
    }

    /** Those who were hired leave again: the city is others', too. */
    async leave() {
        for (const { code } of this.made)
            await done(this.admin.post(`/api/v1/staff/${code}/leave-office`, {}));
    }

    /** Every service knows the new ones: whoever was hired asks for a case and is told. */
    async ready(id) {
        for (const role of ['worker', 'supervisor elsewhere', 'administrator elsewhere', 'system elsewhere'])
            await waitFor(`${role} is known`, async () => ![401].includes((await this.all[role].client.get(`/api/v1/cases/${id}/actions`)).status));
    }

    get list() {
        return Object.values(this.all);
    }
}

export async function done(asking) {
    const answer = await asking;
    if (answer.status >= 300)
        throw new Error(answer.text);
    return answer;
}

/** What the rule below looks at. */
export async function sightOf(house, id) {
    const [[row]] = await house.sql(`SELECT row_to_json(q)::text FROM (SELECT c.id::text, coalesce(c.shield, c.area) AS area, c.shield, c.about, c.restricted, c.holder, c.party,
        coalesce(c.more -> 'chain', '[]') AS chain, (SELECT coalesce(json_agg(json_build_object('holder', t.staff, 'party', t.party)), '[]') FROM tasks t WHERE t.case_id = c.id) AS tasks
        FROM cases c WHERE c.id = ${id}) AS q`);
    return JSON.parse(row);
}

/** Whether a role sees a case: within its area; what is restricted, by post; what is or was in hand; never what is about oneself. */
export function sees(role, one) {
    const hands = [one, ...one.chain, ...one.tasks];
    if (role.root || role.link === one.id)
        return true;
    if (role.system !== undefined)
        return !one.restricted && inside(one.area, role.system);
    if (role.staff === undefined || role.staff === one.about)
        return false;
    const open = (post) => !one.restricted && post !== 'handler' || READS_RESTRICTED.includes(post) || READS_WAITING.includes(post) && one.holder === null && one.party === null;
    if (role.posts.some(({ post, area }) => open(post) && inside(one.area, area)))
        return true;
    const under = role.posts.filter(({ post }) => post !== 'handler'), shield = one.shield;
    return hands.some(({ holder, party }) => holder === role.staff || role.party !== undefined && party === role.party) &&
        (shield === null || under.length === 0 || under.some(({ area }) => !inside(area, shield) || area === shield));
}
