// One concrete request for each route of openapi.yaml, so that a test can walk all of them. A route without one here is
// an error: who adds a route adds its line.
import { contract } from './contract.mjs';

const SAMPLES = {
    'POST /api/v1/reports': { body: { text: '走一遍' } },
    'GET /api/v1/reports/{number}': {},
    'GET /api/v1/cases': {},
    'GET /api/v1/cases/{id}': {},
    'GET /api/v1/cases/{id}/actions': {},
    'POST /api/v1/cases/{id}/actions': { body: { action: 'accept' }, headers: { 'If-Match': '"1"' } },
    'GET /api/v1/tasks': {},
    'GET /api/v1/tasks/{number}': {},
    'GET /api/v1/inbox': {},
    'POST /api/v1/inbox/{id}/read': {},
    'GET /api/v1/counters': {},
    'GET /api/v1/events': {},
    'GET /api/v1/workflows': {},
    'GET /api/v1/workflows/{name}': {},
    'POST /api/v1/triage/preview': { body: { text: '走一遍' } },
    'GET /api/v1/areas': {},
    'GET /api/v1/areas/{code}': {},
    'GET /api/v1/places': {},
    'GET /api/v1/categories': {},
    'GET /api/v1/staff': {},
    'GET /api/v1/staff/{code}': {},
    'GET /api/v1/duty': {},
    'GET /api/v1/parties': {},
    'GET /api/v1/calendars': {},
    'GET /api/v1/competence': {},
    'POST /api/v1/areas': { body: {} },
    'PATCH /api/v1/areas/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'DELETE /api/v1/areas/{code}': {},
    'POST /api/v1/categories': { body: {} },
    'PATCH /api/v1/categories/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'DELETE /api/v1/categories/{code}': {},
    'POST /api/v1/places': { body: {} },
    'PATCH /api/v1/places/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'DELETE /api/v1/places/{code}': {},
    'POST /api/v1/staff': { body: {} },
    'PATCH /api/v1/staff/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'POST /api/v1/staff/{code}/posts': { body: {} },
    'DELETE /api/v1/staff/{code}/posts/{entry}': {},
    'POST /api/v1/staff/{code}/leave-office': { body: {} },
    'POST /api/v1/duty': { body: {} },
    'PATCH /api/v1/duty/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'DELETE /api/v1/duty/{code}': {},
    'POST /api/v1/duty/leave': { body: {} },
    'DELETE /api/v1/duty/leave': {},
    'POST /api/v1/parties': { body: {} },
    'PATCH /api/v1/parties/{code}': { body: {}, headers: { 'If-Match': '"1"' } },
    'DELETE /api/v1/parties/{code}': {},
    'PUT /api/v1/calendars/{code}': { body: {}, headers: { 'If-Match': '"0"' } },
    'POST /api/v1/competence': { body: {} },
    'DELETE /api/v1/competence/{code}': {},
    'GET /api/v1/reports/{number}/reporter': {},
    'POST /api/v1/reports/{number}/reveal': { body: { field: 'phone', reason: '走一遍' } },
    'GET /api/v1/keys': {},
    'POST /api/v1/keys': { body: { name: 'walk' } },
    'DELETE /api/v1/keys/{id}': {},
    'GET /api/v1/audit': {},
    'POST /api/v1/sessions': { body: { staff: 'nobody', password: 'walked by' } },
    'GET /api/v1/sessions': {},
    'GET /api/v1/sessions/current': {},
    'DELETE /api/v1/sessions/current': {},
    'PUT /api/v1/sessions/current/password': { body: { old: 'walked by', new: 'walked past' } },
    'POST /api/v1/sessions/current/totp': {},
    'PUT /api/v1/sessions/current/totp': { body: { code: '123456' } },
    'DELETE /api/v1/sessions/{id}': {},
    'POST /api/v1/links': { body: { staff: 'nobody', case: '999999999999', days: 1, purpose: '走一遍' } },
    'GET /api/v1/links': { query: '?case=999999999999' },
    'GET /api/v1/links/current': {},
    'DELETE /api/v1/links/{id}': {},
    'POST /api/v1/staff/{code}/password': {},
    'DELETE /api/v1/staff/{code}/totp': {},
    'GET /api/v1/imports/{kind}/template': {},
    'POST /api/v1/imports/{kind}': { body: 'code\n', type: 'text/csv', query: '?dry_run=true' },
    'GET /readyz': {},
    'GET /healthz': {},
};
const VALUES = { '{number}': '260101-1001-3', '{id}': '999999999999', '{name}': 'request', '{code}': '410103', '{kind}': 'areas', '{entry}': 'leader@410103' };

/** [{name, method, route, path, body, headers, type, open, service}], paths filled in; values: other fillings. */
export function routes(values = {}) {
    return contract.routes.flatMap(({ path, methods }) => Object.entries(methods).map(([method, operation]) => {
        const name = `${method.toUpperCase()} ${path}`;
        const sample = SAMPLES[name];
        if (sample === undefined)
            throw new Error(`tests/lib/routes.mjs has no request for ${name}`);
        const filled = path.replace(/\{\w+\}/g, (part) => values[part] ?? VALUES[part]) + (sample.query ?? '');
        return { name, method: method.toUpperCase(), route: path, path: filled, open: operation['x-open'] === true,
            service: operation['x-service'], body: sample.body, headers: sample.headers, type: sample.type,
            statuses: Object.keys(operation.responses).map(Number) };
    }));
}
