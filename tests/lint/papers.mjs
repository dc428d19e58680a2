// Rules for papers and the tests themselves.
import { existsSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import YAML from 'yaml';

const README_LINES = 60;
const FOLDERS = ['common', 'docs', 'ops', 'ops/nginx', 'ops/sample', 'schema', 'schema/categories', 'schema/checks', 'schema/messages', 'schema/migrations',
    'schema/notices', 'schema/workflows', 'services', 'tests'];

function links(tree) {
    const faults = [];
    for (const file of tree.matching(/\.md$/))
        for (const [, target] of tree.text(file).matchAll(/\]\(([^)#:\s]+)[^)]*\)/g))
            if (!existsSync(join(tree.top, normalize(join(dirname(file), target)))))
                faults.push(`${file} links to ${target}, which is not there`);
    return faults;
}

/** A path that a paper names stands in the tree: `ops/up`, `services/triage/sql/open_cases.sql`. Patterns are left alone. */
function paths(tree) {
    const faults = [];
    for (const file of tree.matching(/\.md$/))
        for (const [, path] of tree.text(file).matchAll(/`(?:\.\/)?((?:common|docs|ops|schema|services|tests)\/[\w./-]+)`/g))
            if (!['', '.c', '.h'].some((end) => existsSync(join(tree.top, path + end)))
                && !existsSync(join(tree.top, dirname(file), path)) && !path.includes('NNNN'))
                faults.push(`${file} names ${path}, which is not there`);
    return faults;
}

function readmes(tree) {
    const services = [...new Set(tree.matching(/^services\/[^/]+\//).map((file) => file.split('/').slice(0, 2).join('/')))];
    const tests = [...new Set(tree.matching(/^tests\/[^/]+\//).map((file) => file.split('/').slice(0, 2).join('/')))];
    const faults = [];
    for (const folder of [...FOLDERS, ...services, ...tests]) {
        const readme = `${folder}/README.md`;
        if (!tree.files.some((file) => file.startsWith(`${folder}/`)))
            continue;
        if (!tree.files.includes(readme))
            faults.push(`${folder} has no README.md`);
        else if (tree.text(readme).split('\n').length - 1 > README_LINES)
            faults.push(`${readme} has over ${README_LINES} lines`);
    }
    for (const service of services.filter((folder) => tree.files.includes(`${folder}/README.md`)))
        for (const part of ['Promise', 'In', 'Data', 'Files', 'When things fail', 'Try it'])
            if (!new RegExp(`(\\*\\*|^#+ )${part}`, 'm').test(tree.text(`${service}/README.md`)))
                faults.push(`${service}/README.md says nothing under "${part}"`);
    return faults;
}

/** Nothing that hides a fault: suppressed sanitizers, skipped tests, retried ones. */
function nothingHidden(tree) {
    const pattern = new RegExp(['detect_leaks' + '=0', 'suppressions' + '=', '__lsan_' + '\\w+', 'no_' + 'sanitize', '\\b(it|test|describe)\\.' + '(skip|todo|only)\\b',
        '\\bskip' + ':\\s*(true|[\'"`])', 'halt_on_error' + '=0', 'continue-on-' + 'error', '--' + 'force-exit'].join('|'));
    return tree.matching(/\.(c|h|mjs|sh|sql|build|yml|yaml|json)$|^ops\/[^.]+$|^\.ci\//).filter((file) => file !== 'package-lock.json')
        .flatMap((file) => tree.text(file).split('\n').map((line, i) => [line, i + 1]).filter(([line]) => pattern.test(line))
            .map(([line, i]) => `${file}:${i}: ${line.trim().slice(0, 120)}`));
}

/** Nothing in the tree knows where somebody's checkout lies, nor a registry's host. */
function noMachine(tree) {
    const faults = [];
    for (const file of tree.files.filter((one) => one !== 'tests/lint/papers.mjs'))
        for (const [line, i] of tree.text(file).split('\n').map((text, n) => [text, n + 1]))
            if (/\/(work|home\/\w+|root)\/(?!\.\b)|registry\.npmjs/.test(line) && !/\$HOME/.test(line)
                || file === 'package-lock.json' && line.includes('"resolved":'))
                faults.push(`${file}:${i}: ${line.trim().slice(0, 100)}`);
    return faults;
}

/** openapi.yaml and the services' route tables name the same routes, each with its service; no schema is open. */
function contract(tree) {
    const document = YAML.parse(tree.text('schema/openapi.yaml'));
    const faults = [];
    const promised = new Map(Object.entries(document.paths).flatMap(([path, methods]) => Object.entries(methods)
        .map(([method, operation]) => [`${method.toUpperCase()} ${path}`, operation['x-service']])));
    const served = new Map();
    for (const file of tree.matching(/^services\/[^/]+\/.*\.c$/))
        for (const [, method, path] of tree.text(file).matchAll(/\{\s*"(GET|POST|PUT|PATCH|DELETE)",\s*"(\/[^"]*)"/g))
            served.set(`${method} ${path}`, file.split('/')[1]);
    for (const [route, service] of promised)
        if (service !== 'nginx' && served.get(route) !== service)
            faults.push(`${route} is ${service}'s in schema/openapi.yaml, ${served.get(route) ?? 'nobody'}'s in the code`);
    for (const [route, service] of served)
        if (!promised.has(route))
            faults.push(`${route} of ${service} is not in schema/openapi.yaml`);
    walk(document, 'schema/openapi.yaml', faults);
    return faults;
}

function walk(node, where, faults) {
    if (node === null || typeof node !== 'object')
        return;
    if (node.type === 'object' || (Array.isArray(node.type) && node.type.includes('object')))
        if (node.additionalProperties !== false && node['x-open-reason'] === undefined)
            faults.push(`${where} is open`);
    for (const [name, child] of Object.entries(node))
        walk(child, `${where}/${name}`, faults);
}

/** docs/api.md has a row for each problem type that code or door can answer, with its status, and no other. */
function problems(tree) {
    const said = new Map(), documented = new Set();
    const say = (type, status, file) => said.set(`${type} ${status}`, file);
    for (const file of tree.matching(/^(common|services)\/.*\.c$/))
        for (const [, status, type] of tree.text(file).matchAll(/\b(?:wg_reply_refusal|wg_problem_new)\s*\([^;"]*?(\d{3}),\s*"([^"]+)"/g))
            say(type, status, file);
    for (const [status, [type]] of Object.entries(YAML.parse(tree.text('ops/nginx/problems.yaml'))))
        say(type, status, 'ops/nginx/problems.yaml');
    for (const [, type, status] of tree.text('docs/api.md').matchAll(/^\| `([^`]+)` \| (\d{3}) \|/gm))
        documented.add(`${type} ${status}`);
    const faults = said.size < 30 ? [`only ${said.size} problem types were found in the code`] : [];
    for (const [problem, file] of said)
        if (!documented.has(problem))
            faults.push(`${file} answers ${problem}, which docs/api.md does not have`);
    for (const problem of documented)
        if (!said.has(problem))
            faults.push(`docs/api.md has ${problem}, which nobody answers`);
    return faults;
}

function licence(tree) {
    return tree.files.includes('LICENSE') ? [] : ['there is no LICENSE'];
}

export const rules = {
    'links in papers': links,
    'paths in papers': paths,
    'a README in each folder': readmes,
    'nothing is hidden': nothingHidden,
    'nothing of one machine': noMachine,
    'openapi.yaml and the routes': contract,
    'docs/api.md and the problem types': problems,
    licence,
};
