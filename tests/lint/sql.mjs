// Rules for SQL. That each statement prepares and plans is tests/sql's affair: it needs a database.
const STATEMENTS = /^(services\/[^/]+|common)\/sql\/[^/]+\.sql$/;
const ALL = /^(services\/.*|common\/sql\/.*|schema\/(migrations|checks)\/.*|schema\/grants)\.sql$/;

const bare = (text) => text.replace(/--[^\n]*|'(?:''|[^'])*'/g, (piece) => piece.replace(/[^\n]/g, ' '));

const searched = (pattern, files, why) => (tree) => tree.matching(files).flatMap((file) =>
    bare(tree.text(file)).split('\n').map((line, i) => [line, i + 1]).filter(([line]) => pattern.test(line))
        .map(([line, i]) => `${file}:${i}: ${why}: ${line.trim().slice(0, 120)}`));

/** Head: what for; each parameter by its number; columns or tables; locks. */
function heads(tree) {
    const faults = [];
    for (const file of tree.matching(STATEMENTS)) {
        const lines = tree.text(file).split('\n');
        const head = lines.slice(0, lines.findIndex((line) => !line.startsWith('--'))).join('\n');
        const body = bare(tree.text(file));
        if (!/^-- \S/.test(head))
            faults.push(`${file}: no head`);
        for (const number of new Set([...body.matchAll(/\$(\d+)/g)].map(([, n]) => Number(n))))
            if (!covers(head, number))
                faults.push(`${file}: its head does not say what $${number} is`);
        for (const [what, pattern] of [['tables', /\b[Tt]ables?\b/], ['locks', /\b[Ll]ocks?\b/]])
            if (!pattern.test(head))
                faults.push(`${file}: its head does not name the ${what}`);
        if (!/^[a-z]+_[a-z0-9_]+\.sql$/.test(file.split('/').at(-1)))
            faults.push(`${file}: is not named verb_noun.sql`);
    }
    return faults;
}

function covers(head, number) {
    if (new RegExp(`\\$${number}\\b`).test(head))
        return true;
    return [...head.matchAll(/\$(\d+)\s*(?:…|\.\.\.?|–|-|to)\s*\$(\d+)/g)]
        .some(([, from, to]) => number >= Number(from) && number <= Number(to));
}

function oneStatement(tree) {
    return tree.matching(STATEMENTS).filter((file) => bare(tree.text(file)).replace(/;\s*$/, '').includes(';'))
        .map((file) => `${file}: more than one statement`);
}

function checkHeads(tree) {
    return tree.matching(/^schema\/checks\/.*\.sql$/).filter((file) => !/^(-- apart\n)?-- Promise: \S/.test(tree.text(file)))
        .map((file) => `${file}: its head does not begin with the promise`);
}

function migrations(tree) {
    return tree.matching(/^schema\/migrations\/(?!README\.md$)/).flatMap((file, i) => [
        ...new RegExp(`^schema/migrations/${String(i + 1).padStart(4, '0')}_[a-z0-9_]+\\.sql$`).test(file) ? [] : [`${file}: not numbered in turn`],
        ...tree.text(file).startsWith('-- Why: ') ? [] : [`${file}: its head does not say why`],
        ...tree.text(file).includes('UNLOGGED') ? [`${file}: an unlogged table`] : [],
    ]);
}

export const rules = {
    'SQL: time is a parameter': searched(/\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\bCURRENT_(TIME|DATE|TIMESTAMP)|\bLOCALTIME/i, ALL, 'a clock in SQL'),
    'SQL: no LIKE on an area': searched(/\b(area|code)\w*\s+(NOT\s+)?I?LIKE\b|starts_with\s*\(\s*\w*\.?(area|code)/i, ALL, 'LIKE on an area'),
    'SQL: no weakened commit': searched(/synchronous_commit|UNLOGGED/i, ALL, 'a weakened commit'),
    'SQL: heads': heads,
    'SQL: one statement a file': oneStatement,
    'SQL: checks say their promise': checkHeads,
    'SQL: migrations': migrations,
};
