// Every text for people stands in Chinese and English, and no key is unused.
const HAN = /[\u4e00-\u9fff]/;

/** {zh, en} pairs anywhere in the files of a city's data: both there, each in its own language, with the same variables. */
function pairs(tree) {
    const faults = [];
    for (const file of tree.matching(/^schema\/(workflows|notices|categories)\/.*\.json$/))
        look(JSON.parse(tree.text(file)), file, faults);
    return faults;
}

function look(node, where, faults) {
    if (node === null || typeof node !== 'object')
        return;
    const has = { zh: typeof node.zh === 'string', en: typeof node.en === 'string' };
    if (has.zh !== has.en)
        faults.push(`${where}: a text in one language`);
    if (has.zh && has.en) {
        if (!HAN.test(node.zh) || node.en.trim() === '' || HAN.test(node.en))
            faults.push(`${where}: ${JSON.stringify(node.zh)} / ${JSON.stringify(node.en)}`);
        const variables = (text) => [...new Set(text.match(/\{\w+\}/g) ?? [])].sort().join();
        if (variables(node.zh) !== variables(node.en))
            faults.push(`${where}: the languages use different variables`);
    }
    for (const [name, child] of Object.entries(node))
        look(child, `${where}/${name}`, faults);
}

/** Each rule that a workflow names has a notice file, and each file is named by a workflow. */
function notices(tree) {
    const files = new Set(tree.matching(/^schema\/notices\/.*\.json$/).map((file) => file.split('/').at(-1).replace('.json', '')));
    const named = new Set();
    for (const file of tree.matching(/^schema\/workflows\/.*\.json$/))
        collect(JSON.parse(tree.text(file)), named);
    return [
        ...[...named].filter((rule) => !files.has(rule)).map((rule) => `a workflow names the notice ${rule}, which has no file`),
        ...[...files].filter((rule) => !named.has(rule)).map((rule) => `schema/notices/${rule}.json: no workflow names it`),
    ];
}

function collect(node, named) {
    if (node === null || typeof node !== 'object')
        return;
    for (const notice of [node.notices, node.waits].filter(Array.isArray).flat())
        named.add(typeof notice === 'string' ? notice : notice.rule);
    for (const child of Object.values(node))
        collect(child, named);
}

/** In C a text for people comes as a pair of literals, Chinese and English; the sample's tables have name and name_en. */
function inCode(tree) {
    const faults = [];
    for (const file of tree.matching(/^(common|services)\/.*\.c$/)) {
        const text = tree.text(file).replace(/\/\*[^]*?\*\//g, (piece) => piece.replace(/[^\n]/g, ' '));
        for (const call of text.matchAll(/\b(wg_reply_refusal|wg_problem_new|wg_problem_error)\s*\(((?:[^;"]|"(?:\\.|[^"\\])*")*);/g)) {
            const strings = [...call[2].matchAll(/"((?:\\.|[^"\\])*)"/g)].map(([, string]) => string);
            const chinese = strings.filter((string) => HAN.test(string)).length;
            const latin = strings.filter((string) => !HAN.test(string) && /[A-Za-z]+ [A-Za-z]+/.test(string)).length;
            if ((chinese === 0) !== (latin === 0))
                faults.push(`${file}: ${call[1]}: a text in one language: ${strings.join(' | ').slice(0, 120)}`);
        }
    }
    return faults;
}

/** Chinese takes its own punctuation: no half-width comma after a character, in texts that people read. Settings and
 *  calendars say both languages in one line, for operators. */
function punctuation(tree) {
    const faults = [];
    for (const file of tree.matching(/^((common|services)\/.*\.c|schema\/(workflows|notices)\/.*\.json)$/)) {
        if (/^common\/(settings|calendar_(fault|file|limit))\.c$/.test(file))
            continue;
        for (const [, string] of tree.text(file).matchAll(/"((?:\\.|[^"\\\n])*)"/g))
            if (/[\u4e00-\u9fff][,;:!?(]/.test(string))
                faults.push(`${file}: ${string.slice(0, 100)}`);
    }
    return faults;
}

function sample(tree) {
    const faults = [];
    for (const file of tree.matching(/^ops\/sample\/[^/]*\.csv$/)) {
        const [head, ...rows] = tree.text(file).trim().split('\n');
        const columns = head.split(',');
        if (!columns.includes('name') || !columns.includes('name_en'))
            continue;
        rows.forEach((row, i) => {
            const cells = [...row.matchAll(/("(?:""|[^"])*"|[^,]*)(?:,|$)/g)].map(([, cell]) => cell);
            if (!HAN.test(cells[columns.indexOf('name')] ?? '') || !/[A-Za-z0-9]/.test(cells[columns.indexOf('name_en')] ?? ''))
                faults.push(`${file}:${i + 2}: ${row.slice(0, 80)}`);
        });
    }
    return faults;
}

export const rules = {
    'texts: both languages in the data': pairs,
    'texts: notices and workflows name each other': notices,
    'texts: both languages in the code': inCode,
    'texts: Chinese punctuation': punctuation,
    'texts: both languages in the sample': sample,
};
