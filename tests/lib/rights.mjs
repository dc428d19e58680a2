// Who may do what, found out at the door: every route asked for as every role inside and outside of the area, with things
// that are there and requests that would be carried out, as far as nothing breaks by it. docs/rights.md is made of it.
import assert from 'node:assert/strict';
import { WORKFLOWS, actionsOf, definition, each } from './acting.mjs';
import { deskOf } from './desk.mjs';
import { problem } from './person.mjs';
import { COMMUNITY, GRID, PARTY, done, inside, sees } from './roles.mjs';
import { routes } from './routes.mjs';

const NO_DOOR = new Set(['key-required', 'key-wrong', 'session-expired', 'code-required', 'link-required', 'link-expired']);
// 403 for what was said, not for who said it.
const SAID = new Set(['former-password-wrong', 'totp-unconfirmed']);
// What is somebody's own: another's is as if it were not there.
const OWN = new Set(['POST /api/v1/inbox/{id}/read', 'DELETE /api/v1/sessions/{id}']);
// There is no single sign-on here.
const WITHOUT_SSO = /sessions\/oidc/;

/** What the walk found that must not be; asserted once, so that all of it is told. */
export class Faults extends Array {
    none() {
        assert.deepEqual([...new Set(this)], []);
    }
}

/** One cell: ● asked and answered (or refused for what was said, not for who said it), ○ their own only, ∅ as if it were not there, – not theirs. */
export function cell(route, role, { status, text, json }) {
    if (status === 400 || status === 429 || status >= 500)
        return `${status} ${text}`;
    if (status === 401 && NO_DOOR.has(problem({ json })) || status === 403 && !SAID.has(problem({ json })))
        return '–';
    if (status === 404 && !WITHOUT_SSO.test(route.name))
        return OWN.has(route.name) ? '○' : '∅';
    return '●';
}

const at = (hours) => new Date(Date.now() + hours * 3600e3).toISOString();

/** Things to be read, changed and ended by whoever may: {route: {path: {param: value}, body, match, again}}; again makes it anew once it is gone. */
export async function things(house, tag, report) {
    const admin = house.client('admin'), make = async (path, body) => (await done(admin.post(`/api/v1/${path}`, body))).json;
    const code = `${tag}-thing`, gone = `${tag}-gone`; // the other one is ended
    const two = async (kind, body) => {
        await make(kind, { code: gone, ...body(1) });
        return (await make(kind, { code, ...body(0) })).version;
    };
    const { version } = (await admin.get(`/api/v1/areas/${COMMUNITY}`)).json.properties;
    const staff = await two('staff', () => ({ name: '某人', posts: [`worker@${GRID}`] }));
    const party = await two('parties', () => ({ name: '某单位', kind: 'other', area: COMMUNITY }));
    const place = await two('places', () => ({ name: '某处', kind: 'shop', area: COMMUNITY, lat: 34.73, lon: 113.63 }));
    const category = await two('categories', () => ({ parent: 'facilities', name: '某类', name_en: 'Some', grade: 'normal', responsible: 'leader', accept_n: 60, accept_unit: 'work_minute',
        dispatch_n: 60, dispatch_unit: 'work_minute', resolve_n: 5, resolve_unit: 'work_day' }));
    const duty = { area: GRID, post: 'worker', staff: code, kind: 'night' };
    const roster = await two('duty', (i) => ({ ...duty, starts_at: at(24 * i - 1), ends_at: at(24 * i + 20) }));
    const competence = () => make('competence', { code, category: 'pothole', area: COMMUNITY, party: PARTY, list: 'support' });
    await competence();
    const account = { issuer: 'https://sso.example', subject: code };
    const identity = async () => (await make(`staff/${code}/identities`, account)).id;
    const { id: key } = await make('keys', { name: code, system: code });
    const { id: link } = await house.client(`${GRID}-leader`).post('/api/v1/links', { staff: 'dennis-daxue-handler', case: report.id, days: 1, purpose: '看一下' }).then(({ json }) => json);
    const desk = await deskOf(house, `${GRID.slice(0, 9)}-clerk`);
    const { json: sessions } = await desk.get('/api/v1/sessions');
    const { json: inbox } = await house.client(`${GRID}-leader`).get('/api/v1/inbox?limit=1');
    const one = { '{code}': code }, ended = { '{code}': gone }, none = 'none-such', changed = { code: `${tag}-new`, name: '新' };
    return {
        // What is made, and what changes something, names what is not there: who may do it is told that.
        'POST /api/v1/areas': { body: { code: `${COMMUNITY}899`, level: 'grid', kind: 'ordinary', parent: COMMUNITY, name: '新' } },
        'PATCH /api/v1/areas/{code}': { body: { calendar: none }, match: version },
        'POST /api/v1/parties': { body: { ...changed, kind: 'other', area: COMMUNITY, calendar: none } },
        'PATCH /api/v1/parties/{code}': { path: one, body: { calendar: none }, match: party },
        'DELETE /api/v1/parties/{code}': { path: ended },
        'POST /api/v1/places': { body: { ...changed, kind: 'shop', area: `${GRID}77`, lat: 34.73, lon: 113.63 } },
        'PATCH /api/v1/places/{code}': { path: one, body: { name: '某处' }, match: place },
        'DELETE /api/v1/places/{code}': { path: ended },
        'PATCH /api/v1/categories/{code}': { path: one, match: category, body: { parent: none } },
        'DELETE /api/v1/categories/{code}': { path: ended },
        'POST /api/v1/staff': { body: { ...changed, posts: [`worker@${GRID}`], party: none } },
        'GET /api/v1/staff/{code}': { path: one },
        'PATCH /api/v1/staff/{code}': { path: one, body: { party: none }, match: staff },
        'POST /api/v1/staff/{code}/posts': { path: one, body: { post: 'worker', area: `${GRID}01`, from: at(2), to: at(1) } },
        'DELETE /api/v1/staff/{code}/posts/{entry}': { path: { ...ended, '{entry}': `worker@${GRID}` } },
        'POST /api/v1/staff/{code}/leave-office': { path: one, body: { successor: code } },
        'POST /api/v1/staff/{code}/password': { path: one },
        'DELETE /api/v1/staff/{code}/totp': { path: one },
        'GET /api/v1/staff/{code}/identities': { path: one },
        'POST /api/v1/staff/{code}/identities': { path: one, body: { issuer: account.issuer, subject: `${code}-too` } },
        'DELETE /api/v1/staff/{code}/identities/{id}': { path: { ...one, '{id}': await identity() }, again: async (path) => { path['{id}'] = await identity(); } },
        'POST /api/v1/duty': { body: { code: `${tag}-new`, ...duty, staff: none, starts_at: at(48), ends_at: at(50) } },
        'PATCH /api/v1/duty/{code}': { path: one, body: { staff: none }, match: roster },
        'DELETE /api/v1/duty/{code}': { path: ended, again: () => make('duty', { code: gone, ...duty, starts_at: at(23), ends_at: at(44) }) },
        'POST /api/v1/competence': { body: { code: `${tag}-new`, category: none, area: COMMUNITY, party: PARTY, list: 'support' } },
        'DELETE /api/v1/competence/{code}': { path: one, again: competence },
        'PUT /api/v1/calendars/{code}': { path: { '{code}': 'city' } },
        'POST /api/v1/sessions': { body: (role) => ({ staff: `${tag}-nobody-${role.name.replaceAll(' ', '-')}`, password: 'walked by' }) },
        'POST /api/v1/keys': { body: { name: code, staff: none } },
        'DELETE /api/v1/keys/{id}': { path: { '{id}': key } },
        'POST /api/v1/inbox/{id}/read': { path: { '{id}': inbox.items[0].id } },
        'DELETE /api/v1/sessions/{id}': { path: { '{id}': sessions.items[0].id } },
        'POST /api/v1/links': { body: { staff: 'dennis-daxue-handler', case: report.id, days: 1, purpose: '看一下' } },
        'DELETE /api/v1/links/{id}': { path: { '{id}': link } },
    };
}

const acting = (route) => route.method === 'POST' && route.name.endsWith('/actions');

/** {route name: {role: cell}}. An action that is none is named, so that no case is moved. */
export async function walkRoutes(roles, { report, own }) {
    const table = {}, values = { '{id}': report.id, '{number}': report.number, '{code}': COMMUNITY };
    const request = (name) => routes({ ...values, ...own[name]?.path }).find((one) => one.name === name);
    const ask = async (name, role) => {
        const route = request(name), { body, match, again, path } = own[name] ?? {};
        const headers = match !== undefined ? { 'If-Match': `"${match}"` } : acting(route) && !name.includes('/reports/') ? { 'If-Match': '"1"' } : route.headers;
        const answer = await role.client.send(route.method, route.path, { body: acting(route) ? { action: 'no-such' } : typeof body === 'function' ? body(role) : body ?? route.body, type: route.type, headers });
        table[name][role.name] = cell(route, role, answer);
        if (answer.status === 204 && again !== undefined)
            await again(path);
    };
    const names = routes().map((one) => one.name), last = 'DELETE /api/v1/sessions/current';
    await each(names.filter((name) => name !== last), 4, async (name) => {
        table[name] = {};
        await each(roles, own[name]?.again === undefined ? 8 : 1, (role) => ask(name, role));
    });
    table[last] = {};
    await each(roles, 8, (role) => ask(last, role));
    return table;
}

/* ---- one case, and who finds it */

/** What of a case is there for a role exactly if they see the case. A report's is not for agencies and links, other than to read. */
const OF_CASE = ['GET /api/v1/cases/{id}', 'GET /api/v1/cases/{id}/actions', 'POST /api/v1/cases/{id}/actions', 'GET /api/v1/cases/{id}/clocks', 'GET /api/v1/reports/{number}',
    'GET /api/v1/reports/{number}/reporter', 'POST /api/v1/reports/{number}/reveal', 'GET /api/v1/links', 'POST /api/v1/links'];
const LISTS = { 'GET /api/v1/cases': (one) => `/api/v1/cases?report=${one.number}`, 'GET /api/v1/events': (one) => `/api/v1/events?limit=500&after=${encodeURIComponent(one.since)}` };

async function listed(role, path, one) {
    for (let next = path; ;) {
        const answer = await role.client.get(next);
        if ([401, 403].includes(answer.status))
            return '–';
        assert.equal(answer.status, 200, `${path} as ${role.name}: ${answer.text}`);
        if (answer.json.items.some((item) => (item.case ?? item.id) === one.id))
            return '●';
        const more = `/api/v1/events?limit=500&after=${encodeURIComponent(answer.json.next)}`;
        if (!path.includes('/events') || answer.json.items.length === 0 || more === next)
            return '∅';
        next = more;
    }
}

/** The rows of one case: {route: {role: cell}}. one: {id, number, since: a cursor before it}. */
export async function walkCase(roles, one, sight) {
    const table = {};
    const all = routes({ '{id}': one.id, '{number}': one.number }).filter((route) => OF_CASE.includes(route.name));
    await each(all, 3, async (route) => {
        const row = table[route.name] = {};
        const body = acting(route) ? { action: 'no-such' } : route.name === 'POST /api/v1/links' ? { staff: 'dennis-daxue-handler', case: one.id, days: 1, purpose: '看一下' } : route.body;
        await each(roles, 8, async (role) => {
            row[role.name] = cell(route, role, await role.client.send(route.method, route.path, { body, headers: route.headers }));
        });
    });
    for (const [name, path] of Object.entries(LISTS)) {
        const row = table[`${name} (its row)`] = {};
        await each(roles, 8, async (role) => { row[role.name] = await listed(role, path(one), one); });
    }
    const faults = new Faults();
    for (const [name, row] of Object.entries(table))
        for (const role of roles)
            judgeCell(name, row[role.name], role, sight, faults);
    return { table, faults };
}

/** What is not seen is not there; what is seen is: there, or not theirs to do. */
function judgeCell(name, mark, role, sight, faults) {
    const what = `${name} as ${role.name}: ${mark}`, seen = sees(role, sight);
    if (!['●', '○', '∅', '–'].includes(mark))
        faults.push(what);
    else if (!seen && mark === '●' && role.report !== sight.id)
        faults.push(`${what}, although they do not see the case`);
    // Who said it is kept from agencies and parties; named reports and complaints are for supervisors alone.
    // A party has its tasks, not what lies beside them.
    else if (seen && mark === '∅' && !/\/(reporter|reveal)$/.test(name) && !(/\/links$/.test(name) && role.party !== undefined))
        faults.push(`${what}, although they see the case`);
}

/** Outside of what a caller may see things are not there: cases by the rule on cases, staff by area; nothing else. */
export function judgeRoutes(table, roles, sight) {
    const faults = new Faults();
    for (const [name, row] of Object.entries(table))
        for (const role of roles) {
            const mark = row[role.name], staff = /\/staff\/\{/.test(name) && !role.posts.some(({ post, area }) => post !== 'handler' && inside(GRID, area));
            if (/\/(cases|reports|tasks)\/\{|\/links$/.test(name))
                judgeCell(name, mark, role, sight, faults);
            else if (name === 'DELETE /api/v1/links/{id}' ? (mark === '●') !== (table['GET /api/v1/links'][role.name] === '●') : mark.length > 1 || mark === '∅' && !staff)
                faults.push(`${name} as ${role.name}: ${mark}`);
        }
    return faults;
}

/* ---- the page */

const line = (cells) => `| ${cells.join(' | ')} |`;
const table = (head, rows) => [line(head), line(head.map((_, i) => i === 0 ? '---' : ':-:')), ...rows.map(line)].join('\n');

/** A table of routes, with a column for each of these roles. */
function routeTable(found, roles) {
    const rows = Object.entries(found).sort(byPath).map(([name, row]) => [`\`${name}\``, ...roles.map((role) => row[role.name])]);
    return table(['route', ...roles.map((role) => role.name.replace(' elsewhere', ''))], rows);
}

function actionTable(workflow) {
    const file = definition(workflow), actions = actionsOf(file);
    const by = [...new Set(Object.values(actions).flatMap((one) => [...one.by]))].sort((a, b) => POSTS.indexOf(a) - POSTS.indexOf(b));
    const rows = Object.entries(actions).map(([name, { action, by: who }]) => [`\`${name}\` ${action.zh}`, ...by.map((role) => who.has(role) ? '●' : ''), who.size === 0 ? 'system' : fromOf(action)]);
    return `## \`${workflow}\` ${file.title.zh}\n\n${table(['action', ...by, 'in'], rows)}`;
}

/** found: every route; cases: {title: the rows of one case}. */
export function page(roles, found, cases) {
    const here = roles.filter((role) => !role.name.endsWith(' elsewhere')), there = roles.filter((role) => role.name.endsWith(' elsewhere'));
    const apart = Object.entries(cases).map(([title, rows]) => `### ${title}\n\n${routeTable(rows, here)}\n\nElsewhere\n\n${routeTable(rows, there)}`);
    return [HEAD, '## Routes', routeTable(found, here), '## Routes, asked from elsewhere', ELSEWHERE, routeTable(found, there),
        '## Cases that are kept from some', APART, ...apart, ACTIONS, ...WORKFLOWS.map(actionTable)].join('\n\n') + '\n';
}

const byPath = ([a], [b]) => a.split(' ')[1] < b.split(' ')[1] ? -1 : a.split(' ')[1] > b.split(' ')[1] ? 1 : a < b ? -1 : 1;
const fromOf = (action) => [...new Set([action, ...(action.rows ?? [])].flatMap((one) => one.from ?? []))].join(' ');
const POSTS = ['reporter', 'opener', 'holder', 'assignee', 'former', 'author', 'asker', 'approver', 'micro-member', 'leader', 'dedicated-leader', 'worker', 'dispatcher',
    'clerk', 'duty-officer', 'duty-leader', 'secretary', 'coordinator', 'director', 'supervisor', 'administrator'];
const HEAD = `# Who may do what

Written by \`WANGGE_TEST_WRITE=1 ./ops/test system\` (\`tests/system/rights.test.mjs\`), which asks for all of it at the door, and
fails where this page and what it was answered differ.

● theirs (what was refused was refused for what it said, not for who said it) · ○ their own only, another's is as if it were not
there · ∅ as if it were not there · – refused (401 or 403). Things named in paths lie in 康桥华城社区 and its grid 410103007012003; posts are held
there: leader and worker in the grid, micro-member in a micro-grid of it, dedicated-leader, dispatcher and secretary in the community, coordinator, director, clerk,
duty-officer, duty-leader and administrator in the street, supervisor and district administrator in the district. \`handler\` acts for the party of a
task of the case, \`system\` is an agency's key for the street, \`logged in\` a duty-leader with a session, \`query code\` whoever said it,
\`link\` somebody with a link to the case, \`root key\` the key that set-up makes.`;
const ELSEWHERE = `The same posts in another street (the supervisor of a street, since the district's is nowhere else; the handler of another party), and
an agency's key for it.`;
const APART = `The same roles ask for a restricted case that its leader has in hand, and for a complaint about that leader; \`its row\`: whether it stands
in the list. Who a report came from is, of these, for those alone whom the rows show.`;
const ACTIONS = `# Actions

● may, in the states of the last column, where the guards of [the file](../schema/workflows/README.md) hold and the post's area holds the case;
\`system\`: nobody's, taken by a clock, an approval or another action. \`holder\` \`assignee\` \`approver\` \`former\` \`author\` \`opener\` \`reporter\` are what
somebody is to the case, whatever their post. The test leads cases through every state; in each it asks everybody for their list, which
must be what the file gives them of the case as it lies there, neither more nor less, and tries all that is not in it.`;
