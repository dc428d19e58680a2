// `wangge-triage deadline` answers without an instance, line by line; a faulty line is named and the others are answered; a
// calendar that cannot be meant is refused with its place. What it says is what another program reckons from the same file.
import { describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { TOP } from '../lib/instance.mjs';
import { WorkTime } from '../lib/worktime.mjs';

const TRIAGE = join(process.env.WANGGE_TEST_BUILD ?? '/tmp/wangge-test-build', 'services/triage/wangge-triage');
const SAMPLE = join(TOP, 'ops/sample/calendar.json');
const OFFICE = { timezone: 'Asia/Shanghai', hours: [['08:30', '12:00'], ['14:00', '18:00']], workdays: [1, 2, 3, 4, 5] };

const folder = mkdtempSync(join(process.env.WANGGE_TEST_DIR ?? '/tmp', 'wg-deadline-'));
const file = (content) => {
    const path = join(folder, 'calendar.json');
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
    return path;
};
/** No environment at all: neither settings nor a zone. */
const ask = (input, ...more) => {
    const { status, stdout, stderr } = spawnSync(TRIAGE, ['deadline', ...more], { input, encoding: 'utf8', env: {} });
    return { status, lines: stdout.split('\n').slice(0, -1), stderr };
};

describe('wangge-triage deadline', () => {
    it('one deadline a line, in the calendar’s own time', () => {
        const { status, lines, stderr } = ask(['2026-11-23T11:00:00+08:00 60', '2026-11-23T03:00:00Z 61', '', '2026-09-30T17:00:00+08:00 120\r',
            '  2026-10-09T17:30:00.5+08:00\t60', '2026-11-21T09:00:00+08:00 0'].join('\n'), '--calendar', SAMPLE);
        assert.deepEqual([status, stderr], [0, '']);
        assert.deepEqual(lines, ['2026-11-23T12:00:00+08:00', '2026-11-23T14:01:00+08:00', '2026-10-08T09:30:00+08:00', '2026-10-10T09:00:00.500000+08:00',
            '2026-11-23T08:30:00+08:00']);
    });
    it('nothing in, nothing out', () => {
        assert.deepEqual(ask('', '--calendar', SAMPLE), { status: 0, lines: [], stderr: '' });
    });
    it('a faulty line is named and the others are answered', () => {
        const bad = ['tomorrow 60', '2026-11-23T11:00:00 60', '2026-11-23T11:00:00+08:00', '2026-11-23T11:00:00+08:00 -1', '2026-11-23T11:00:00+08:00 1.5',
            '2026-11-23T11:00:00+08:00 1000001', '2026-11-23T11:00:00+08:00 60 x', '2026-02-29T11:00:00+08:00 60', '1999-12-31T11:00:00+08:00 60', '2099-12-31T11:00:00+08:00 6000'];
        const { status, lines, stderr } = ask([...bad, '2026-11-23T11:00:00+08:00 60'].join('\n'), '--calendar', SAMPLE);
        assert.equal(status, 1);
        assert.deepEqual(lines, ['2026-11-23T12:00:00+08:00']);
        assert.deepEqual(stderr.trim().split('\n').map((line) => Number(/\(line (\d+)\)/.exec(line)?.[1])), bad.map((_, i) => i + 1), stderr);
    });
    it('a calendar that cannot be read or meant: the place and the reason, code 2', () => {
        for (const [content, place] of [[{ ...OFFICE, hours: [['12:00', '08:30']] }, ': /hours/0: '], [{ ...OFFICE, colour: 'red' }, ': /colour: '],
            [{ ...OFFICE, seasons: [{ from: '05-01', to: '09-30', hours: [] }] }, ': /seasons/0/hours: '], ['{"hours": ', 'byte'], ['', 'byte']]) {
            const { status, lines, stderr } = ask('2026-11-23T11:00:00+08:00 60', '--calendar', file(content));
            assert.deepEqual([status, lines], [2, []], stderr);
            assert.ok(stderr.includes(place), stderr);
        }
        assert.equal(ask('', '--calendar', join(folder, 'none.json')).status, 2);
        assert.equal(ask('', '--calendar', folder).status, 2);
        assert.equal(ask('').status, 2);
        assert.equal(ask('', '--calendar').status, 2);
        assert.equal(ask('', '--kalender', SAMPLE).status, 2);
    });
    it('--explain adds the intervals, which add up to the minutes', () => {
        const { status, lines } = ask('2026-09-30T17:00:30+08:00 600', '--explain', '--calendar', SAMPLE);
        assert.equal(status, 0);
        assert.equal(lines[0], '2026-10-09T10:00:30+08:00');
        const spans = lines.slice(1).map((line) => /^ {2}(\S+) (\S+) (\S+) (.*)$/.exec(line).slice(1));
        assert.deepEqual(spans.map(([from, to, minutes]) => [from.slice(5, 19), to.slice(5, 19), Number(minutes)]), [
            ['09-30T17:00:30', '09-30T18:00:00', 59.5], ['10-01T00:00:00', '10-08T00:00:00', 0], ['10-08T08:30:00', '10-08T12:00:00', 210],
            ['10-08T14:00:00', '10-08T18:00:00', 240], ['10-09T08:30:00', '10-09T10:00:30', 90.5],
        ]);
        assert.match(spans[1][3], /节假日，不计 \(.*holiday, not counted\)/);
    });
    it('seasons and half days; twenty thousand lines as another program reckons them', () => {
        const definition = { ...JSON.parse(readFileSync(SAMPLE, 'utf8')), code: undefined,
            seasons: [{ from: '06-01', to: '08-31', hours: [['08:00', '12:00'], ['15:00', '18:30']] }, { from: '12-15', to: '02-15', hours: [['09:00', '12:00'], ['13:30', '17:00']] }],
            half_days: { '2026-02-13': [['08:30', '12:00']] } };
        const time = new WorkTime(definition), first = Date.parse('2018-01-01T00:00:00+08:00');
        const cases = Array.from({ length: 20000 }, (_, i) => ({ start: first + (i * 7919 * 3607) % (9 * 365 * 86400) * 1000, n: (i * 104729) % 6000 }));
        const { status, lines, stderr } = ask(cases.map(({ start, n }) => `${new Date(start).toISOString()} ${n}`).join('\n'), '--calendar', file(definition));
        assert.deepEqual([status, stderr, lines.length], [0, '', cases.length]);
        cases.forEach(({ start, n }, i) => assert.equal(Date.parse(lines[i]), time.deadline(start, { n, unit: 'work_minute' }), `${new Date(start).toISOString()} ${n}: ${lines[i]}`));
    });
});
