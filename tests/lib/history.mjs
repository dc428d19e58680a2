// The history of what clients did, and its checker (after Jepsen's total-queue): believe the client, not the server.
// Each report that is sent has a key of ours; it ends answered (201, with its id), refused (a 4xx or 5xx: nothing may
// exist) or unknown (the connection broke, a time-out: it may or may not exist, and is sent again with the same key).
// At the end, with everything drained, the sets are compared with what the database holds:
//   lost        answered, and no report, or no case and not set aside     must be empty
//   unexpected  a report in the database that nobody sent                 must be empty
//   duplicated  one key, two reports; one report, two cases               must be empty
//   recovered   unknown to its sender, and there                          allowed, counted
// A time-out is never counted as a failure. A run with too little in it is invalid: a dead server loses nothing.
import { appendFileSync } from 'node:fs';

export class History {
    constructor(path) {
        this.path = path;
        this.reports = new Map(); // key → {mark, tries, state: sent|answered|refused|unknown, id, status}
    }

    write(row) {
        if (this.path)
            appendFileSync(this.path, JSON.stringify({ ts: Date.now(), ...row }) + '\n');
    }

    /** mark: a word that stands in the report's text and in no other's. */
    sent(key, mark) {
        const report = this.reports.get(key) ?? { mark, tries: 0, unknowns: 0, state: 'sent' };
        report.tries++;
        this.reports.set(key, report);
        this.write({ op: 'sent', key, mark });
    }

    answered(key, id, number) {
        const report = this.reports.get(key);
        if (report.state === 'answered' && report.id !== id)
            (report.contradictions ??= []).push(id);
        Object.assign(report, { state: 'answered', id: report.id ?? id, number });
        this.write({ op: 'answered', key, id });
    }

    refused(key, status) {
        const report = this.reports.get(key);
        if (report.state !== 'answered')
            Object.assign(report, { state: report.unknowns > 0 ? 'unknown' : 'refused', status });
        this.write({ op: 'refused', key, status });
    }

    unknown(key, why) {
        const report = this.reports.get(key);
        report.unknowns++;
        if (report.state !== 'answered')
            report.state = 'unknown';
        this.write({ op: 'unknown', key, why });
    }

    /**
     * rows: what the database holds, [{id, mark, cases, setAside}], of the marks of this history's prefix.
     * Gives {answered, unknown, refused, recovered, lost, unexpected, duplicated}; the last three are lists.
     */
    check(rows) {
        const byMark = new Map();
        for (const row of rows)
            byMark.set(row.mark, [...(byMark.get(row.mark) ?? []), row]);
        const result = { sent: this.reports.size, answered: 0, unknowns: 0, refused: 0, recovered: 0, lost: [], unexpected: [], duplicated: [] };
        const known = new Set();
        for (const [key, report] of this.reports)
            this.judge(key, report, byMark, known, result);
        for (const [mark, found] of byMark)
            if (!known.has(mark))
                result.unexpected.push(...found.map((row) => ({ id: row.id, mark })));
        return result;
    }

    judge(key, report, byMark, known, result) {
        known.add(report.mark);
        const found = byMark.get(report.mark) ?? [];
        const name = { key, mark: report.mark, id: report.id };
        result.unknowns += report.unknowns;
        if (found.length > 1 || report.contradictions || found.some((row) => row.cases > 1))
            result.duplicated.push({ ...name, reports: found.map((row) => row.id), cases: found.map((row) => row.cases), answers: report.contradictions });
        if (report.state === 'answered') {
            result.answered++;
            const row = found.find((one) => one.id === report.id);
            if (row === undefined)
                result.lost.push({ ...name, why: 'answered, but not in the database' });
            else if (row.cases < 1 && !row.setAside)
                result.lost.push({ ...name, why: 'no case, and not set aside' });
        } else if (report.state === 'refused') {
            result.refused++;
            if (found.length > 0)
                result.unexpected.push({ ...name, id: found[0].id, why: `refused with ${report.status}, but it exists` });
        } else if (found.length > 0) {
            result.recovered++;
        }
    }
}

/**
 * The mails that came, against what may come twice. Distinct Message-IDs are deliveries; a repeat bears the same id, and
 * there are at most as many as answers withheld and kills of notification between sending and recording.
 */
export function checkMails(mails, { withheld = 0, kills = 0, deliveries }) {
    const ids = new Map();
    const faults = [];
    for (const mail of mails) {
        if (!mail.id)
            faults.push(`a mail to ${mail.to} without Message-ID`);
        ids.set(mail.id, [...(ids.get(mail.id) ?? []), mail]);
    }
    for (const [id, same] of ids)
        if (new Set(same.map((mail) => mail.to.join())).size > 1)
            faults.push(`${id} went to different people`);
    const repeats = mails.length - ids.size;
    if (repeats > withheld + kills)
        faults.push(`${repeats} repeats, but only ${withheld} answers withheld and ${kills} kills`);
    if (deliveries !== undefined && ids.size !== deliveries)
        faults.push(`${ids.size} distinct Message-IDs, ${deliveries} deliveries`);
    return { distinct: ids.size, repeats, faults };
}

/** What the database holds of the reports whose text has a mark «prefix…». */
export async function reportsOf(instance, prefix) {
    const rows = await instance.sql(`
        SELECT r.id, substring(r.text FROM '«(' || :'prefix' || '[^»]*)»'),
               (SELECT count(*) FROM case_reports l WHERE l.report_id = r.id),
               (SELECT count(*) FROM arrivals a WHERE a.report_id = r.id AND a.set_aside_at IS NOT NULL)
        FROM reports r WHERE position('«' || :'prefix' IN r.text) > 0`, { prefix });
    return rows.map(([id, mark, cases, aside]) => ({ id, mark, cases: Number(cases), setAside: aside !== '0' }));
}
