// Rules for C, shell and the binaries (CONTRIBUTING.md says them in words).
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const C = /^(common|services|tests)\/.*\.[ch]$/;
const FILE_LINES = 500, FUNCTION_LINES = 60, PARAMETERS = 5, NESTING = 3;

/** Comments and the insides of literals become spaces, so that positions and lines stay. */
export function bare(text, { keepStrings = false } = {}) {
    return text.replace(/\/\*[^]*?\*\/|\/\/[^\n]*|"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*'/g, (piece) =>
        piece.startsWith('/') ? piece.replace(/[^\n]/g, ' ')
            : keepStrings ? piece : piece[0] + ' '.repeat(piece.length - 2) + piece.at(-1));
}

/** Every function with a body: {name, line, lines, parameters, depth}. Rests on the format, which another rule checks. */
export function functions(text) {
    const lines = bare(text).split('\n');
    const found = [];
    for (let i = 0; i < lines.length; i++) {
        if (lines[i] !== '{')
            continue;
        let head = i - 1;
        while (head > 0 && !/[;}]\s*$|^\s*$|^#/.test(lines[head - 1]))
            head--;
        const signature = lines.slice(head, i).join(' ');
        const name = signature.match(/(\w+)\s*\(/)?.[1];
        let end = i + 1, depth = 0, deepest = 0;
        for (; end < lines.length && lines[end] !== '}'; end++) {
            for (const c of lines[end])
                if (c === '{' || c === '}') {
                    depth += c === '{' ? 1 : -1;
                    deepest = Math.max(deepest, depth);
                }
        }
        const list = signature.slice(signature.indexOf('(') + 1, signature.lastIndexOf(')'));
        if (name && !/^(struct|enum|union)\b/.test(signature.trim()))
            found.push({ name, line: head + 1, lines: end - head + 1, depth: deepest,
                parameters: list.trim() === 'void' || list.trim() === '' ? 0 : topLevelCommas(list) + 1 });
        i = end;
    }
    return found;
}

function topLevelCommas(text) {
    let depth = 0, commas = 0;
    for (const c of text) {
        depth += c === '(' ? 1 : c === ')' ? -1 : 0;
        commas += c === ',' && depth === 0 ? 1 : 0;
    }
    return commas;
}

function size(tree) {
    const faults = [];
    for (const file of tree.matching(C)) {
        const text = tree.text(file);
        if (/\bover: \S/.test(text.split('\n').slice(0, 30).join('\n')))
            continue;
        const count = text.split('\n').length - 1;
        if (count > FILE_LINES)
            faults.push(`${file}: ${count} lines, at most ${FILE_LINES}`);
        for (const { name, line, lines, parameters, depth } of functions(text)) {
            if (lines > FUNCTION_LINES)
                faults.push(`${file}:${line}: ${name} has ${lines} lines, at most ${FUNCTION_LINES}`);
            if (parameters > PARAMETERS && !/^(on_request|main)$/.test(name))
                faults.push(`${file}:${line}: ${name} has ${parameters} parameters, at most ${PARAMETERS}`);
            if (depth > NESTING)
                faults.push(`${file}:${line}: ${name} nests ${depth} deep, at most ${NESTING}`);
        }
    }
    return faults;
}

function searched(pattern, files, why, view = bare) {
    return (tree) => tree.matching(files).flatMap((file) => view(tree.text(file)).split('\n')
        .map((line, i) => [line, i + 1]).filter(([line]) => pattern.test(line))
        .map(([line, i]) => `${file}:${i}: ${why}: ${line.trim().slice(0, 120)}`));
}

function format(tree) {
    return tree.matching(C).flatMap((file) => {
        const result = tree.run('clang-format', ['--dry-run', '-Werror', file]);
        return result.failed ? [result.text.split('\n')[0]] : [];
    });
}

function shell(tree) {
    const files = tree.files.filter((file) => !/\.(mjs|json|c|h|sql)$/.test(file)
        && (/\.sh$/.test(file) || /^#!.*\b(ba)?sh\b/.test(tree.text(file).split('\n')[0])));
    const result = tree.run('shellcheck', ['-x', '-P', 'SCRIPTDIR', '-f', 'gcc', ...files]);
    return result.failed ? result.text.trim().split('\n') : [];
}

function faultNames(tree) {
    return [...tree.text('common/fault.h').matchAll(/POINT\((\w+), "([\w.]+)"\)/g)].map(([, id, name]) => ({ id, name }));
}

function faultOnce(tree) {
    const all = tree.matching(/^(common|services)\/.*\.c$/).map((file) => [file, bare(tree.text(file))]);
    const faults = [];
    for (const { id, name } of faultNames(tree)) {
        const places = all.flatMap(([file, text]) => [...text.matchAll(new RegExp(`\\bWG_FAULT(\\(\\s*${id}\\s*\\)|_${id}\\b)`, 'g'))].map(() => file));
        if (places.length !== 1)
            faults.push(`${name} (${id}) stands ${places.length} times in the code: ${places.join(' ')}`);
    }
    const known = new Set(faultNames(tree).map(({ id }) => id));
    for (const [file, text] of all)
        for (const [, id] of text.matchAll(/\bWG_FAULT\(\s*(\w+)\s*\)/g))
            if (!known.has(id) && id !== 'id')
                faults.push(`${file}: WG_FAULT(${id}) is not in common/fault.h`);
    return faults;
}

/** In a release build no fault name may be left; $WANGGE_TEST_RELEASE is its folder. */
function releaseBinaries(tree) {
    const folder = process.env.WANGGE_TEST_RELEASE;
    if (!folder)
        return ['no release build to look into: WANGGE_TEST_RELEASE is not set (ops/test sets it)'];
    const faults = [];
    for (const kind of ['bus', 'registry', 'intake', 'triage', 'notification', 'reporting']) {
        const path = join(folder, 'services', kind, `wangge-${kind}`);
        if (!existsSync(path)) {
            faults.push(`${path} is not there`);
            continue;
        }
        const bytes = readFileSync(path);
        for (const { name } of faultNames(tree))
            if (bytes.includes(name))
                faults.push(`wangge-${kind} (release) holds ${name}`);
    }
    return faults;
}

/** The walk of a case is data: no literal in a service equals the name of a state, an action or a category. */
function literals(tree) {
    const names = new Map();
    for (const file of tree.matching(/^schema\/workflows\/.*\.json$/)) {
        const workflow = JSON.parse(tree.text(file));
        for (const part of ['states', 'actions'])
            for (const name of Array.isArray(workflow[part]) ? workflow[part].map((one) => one.name ?? one) : Object.keys(workflow[part] ?? {}))
                names.set(name, `${part} of ${file}`);
    }
    for (const line of tree.text('ops/sample/categories.csv').split('\n').slice(1))
        if (line !== '')
            names.set(line.split(',')[0], 'a category of ops/sample/categories.csv');
    const excepted = new Map(tree.text('tests/lint/literals.txt').split('\n').filter((line) => line !== '' && !line.startsWith('#'))
        .map((line) => line.split(/\s+/, 2)).map(([file, name]) => [`${file} ${name}`, false]));
    const faults = [];
    if (names.size < 20)
        faults.push('there are no workflow files to take names from');
    for (const file of tree.matching(/^services\/.*\.c$/))
        for (const [, name] of bare(tree.text(file), { keepStrings: true }).matchAll(/"((?:\\.|[^"\\\n])*)"/g)) {
            const what = names.get(name);
            if (what === undefined)
                continue;
            if (excepted.has(`${file} ${name}`))
                excepted.set(`${file} ${name}`, true);
            else
                faults.push(`${file}: "${name}" is ${what}`);
        }
    for (const [line, used] of excepted)
        if (!used)
            faults.push(`tests/lint/literals.txt: ${line} excepts nothing`);
    return [...new Set(faults)];
}

export const rules = {
    shellcheck: shell,
    'clang-format': format,
    size,
    'no goto': searched(/\bgoto\b/, C, 'goto'),
    'no variable-length arrays or alloca': searched(/\balloca\s*\(/, C, 'alloca'),
    'system() and popen()': searched(/\b(system|popen)\s*\(/, /^(common|services)\/.*\.c$/, 'a shell'),
    'time from wg_clock alone': searched(/\b(time|gettimeofday|clock_gettime)\s*\(/,
        /^(common\/(?!clock\.c|service\.c)|services\/).*\.c$/, 'a clock of its own'),
    'fault points stand once each': faultOnce,
    'no fault names in release binaries': releaseBinaries,
    'no workflow in C': literals,
    'no left-over marks': searched(/\b(TODO|FIXME|XXX|HACK)\b/, /^(?!tests\/lint\/).*\.(c|h|sql|mjs|sh|py)$|^ops\/[^.]*$/, 'a mark', (text) => text),
};
