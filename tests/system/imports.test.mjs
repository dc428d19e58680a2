// Imports: all or nothing, every fault at once by line and column, a dry run that changes nothing, twice is harmless; and
// what was imported is in force within two seconds in every service that keeps it in memory.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { Instance } from '../lib/instance.mjs';
import { waitFor } from '../lib/wait.mjs';
import { xlsx } from '../lib/xlsx.mjs';

const KINDS = ['areas', 'places', 'staff', 'duty', 'parties', 'categories', 'calendars', 'competence'];
const P = `t${process.pid}`;

describe('imports', () => {
    let house, admin;
    before(async () => {
        house = await Instance.shared({ name: 'imports' });
        admin = house.client('admin');
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const csv = (kind, text, query = '') => admin.send('POST', `/api/v1/imports/${kind}${query}`, { body: text, type: 'text/csv' });
    const CATEGORIES = 'code,parent,name,name_en,grade,accept_n,accept_unit,resolve_n,resolve_unit,dispatch_n,dispatch_unit,responsible,restricted\n';
    const category = (code, more = 'normal,120,work_minute,3,work_day,60,work_minute,leader,false') => `${code},,测试类别,Test category,${more}\n`;

    it('a template for each kind, which names every column', async () => {
        for (const kind of KINDS) {
            const answer = await admin.get(`/api/v1/imports/${kind}/template`);
            assert.equal(answer.status, 200, kind);
            assert.ok(answer.text.includes('code'), kind);
        }
        const answer = await admin.get('/api/v1/imports/areas/template', { headers: { Accept: 'application/geo+json' } });
        assert.match(answer.headers['content-type'], /geo\+json/);
    });
    it('an empty template is a file without data: refused', async () => {
        for (const kind of KINDS.filter((one) => one !== 'calendars')) {
            const { text } = await admin.get(`/api/v1/imports/${kind}/template`);
            assert.equal((await csv(kind, text)).status, 422, kind);
        }
    });
    it('a dry run says what would be done and does nothing; the same for real does it; again changes nothing', async () => {
        const file = CATEGORIES + category(`${P}-one`) + category(`${P}-two`);
        const dry = await csv('categories', file, '?dry_run=true');
        assert.deepEqual([dry.status, dry.json.dry_run, dry.json.rows, dry.json.added], [200, true, 2, 2], dry.text);
        assert.equal(await house.count(`categories WHERE code LIKE '${P}-%'`), 0);
        const real = await csv('categories', file);
        assert.deepEqual([real.status, real.json.added], [200, 2], real.text);
        const again = await csv('categories', file);
        assert.deepEqual([again.json.added, again.json.changed, again.json.unchanged], [0, 0, 2]);
        const changed = await csv('categories', file.replace('normal', 'high'));
        assert.deepEqual([changed.json.added, changed.json.changed, changed.json.unchanged], [0, 1, 1]);
    });
    it('what is imported is in force in the other services within two seconds', async () => {
        const code = `${P}-new`;
        assert.equal((await admin.post('/api/v1/reports', { text: 'x', category: code })).status, 422);
        assert.equal((await csv('categories', CATEGORIES + category(code))).status, 200);
        const at = Date.now();
        const known = await waitFor('intake and triage know it', async () => {
            const answer = await admin.post('/api/v1/reports', { text: '新类别', category: code, area: '410103007012003' });
            if (answer.status !== 201)
                return false;
            const item = await waitFor('its case', async () => (await admin.get(`/api/v1/cases?report=${answer.json.number}`)).json.items[0]);
            return item.category?.code === code && item;
        }, { seconds: 10 });
        assert.equal(known.state, 'dispatched');
        assert.ok(Date.now() - at < 3000, `took ${Date.now() - at} ms`);
    });
    it('one faulty row: nothing of the file is taken over; all faults by line and column', async () => {
        const file = CATEGORIES + category(`${P}-good`) + category('Bad Code') + `${P}-x,none,,,fierce,many,hours,1,work_day,,,leader,perhaps\n`;
        const answer = await csv('categories', file);
        assert.equal(answer.status, 422, answer.text);
        const places = answer.json.errors.map((error) => `${error.line} ${error.column}`);
        for (const place of ['3 code', '4 parent', '4 name', '4 name_en', '4 grade', '4 accept_n', '4 accept_unit', '4 restricted'])
            assert.ok(places.includes(place), `${place} in ${places.join(', ')}`);
        assert.equal(answer.json.faults, answer.json.errors.length);
        assert.equal(await house.count(`categories WHERE code = '${P}-good'`), 0);
    });
    it('a header with an unknown, a doubled, a missing column', async () => {
        for (const [head, column] of [['code,colour', 'colour'], ['code,code', 'code'], ['code', 'name']]) {
            const answer = await csv('categories', `${head}\nx,y\n`);
            assert.equal(answer.status, 422);
            assert.ok(answer.json.errors.some((error) => error.line === 1 && error.column === column), answer.text);
        }
    });
    it('columns in any order, quotes, CR LF, a byte order mark', async () => {
        const answer = await csv('parties', `\ufeffname,code,name_en,kind,area,email,phone\r\n"单位,""甲""",${P}-party,"A ""party""",other,410103007012,,\r\n`);
        assert.equal(answer.status, 200, answer.text);
        assert.equal(await house.one(`SELECT name FROM parties WHERE code = '${P}-party'`), '单位,"甲"');
    });
    const broken = {
        'invalid UTF-8': Buffer.concat([Buffer.from(CATEGORIES), Buffer.from([0xff, 0xfe, 0x0a])]),
        'a NUL': Buffer.from(`${CATEGORIES}a\0b\n`),
        'a quote that never ends': `${CATEGORIES}"x\n`,
        'too few fields': `${CATEGORIES}x,y\n`,
        'a field of 70 KB': `${CATEGORIES}${'x'.repeat(70000)}\n`,
        'the same code twice': CATEGORIES + category(`${P}-same`) + category(`${P}-same`),
        'its own parent': `${CATEGORIES}${P}-self,${P}-self,名,Name,normal,1,work_day,1,work_day,,,leader,false\n`,
        'nothing': ' ',
    };
    for (const [name, body] of Object.entries(broken))
        it(`${name}: refused, nothing taken over`, async () => {
            const version = await house.one(`SELECT version FROM registry_version WHERE kind = 'categories'`);
            const answer = await csv('categories', body);
            assert.equal(answer.status, 422, answer.text);
            assert.equal(await house.one(`SELECT version FROM registry_version WHERE kind = 'categories'`), version);
        });
    it('GeoJSON: a temporary grid with its outline; crossing outlines, wrong codes and foreign parents are refused', async () => {
        const square = (x, y, d = 0.0002) => [[[x, y], [x + d, y], [x + d, y + d], [x, y + d], [x, y]]];
        const feature = (properties, coordinates, type = 'Polygon') => ({ type: 'Feature', geometry: coordinates && { type, coordinates },
            properties: { layer: 'grid', level: 'grid', kind: 'temporary', parent: '410103003005', name: '临时网格', name_en: 'Temporary grid', valid_to: '2030-01-01T00:00:00+08:00', ...properties } });
        const send = (...features) => admin.send('POST', '/api/v1/imports/areas', { body: { type: 'FeatureCollection', features }, type: 'application/geo+json' });
        const [lon, lat] = (await admin.get('/api/v1/areas/410103003005005')).json.properties.point;
        const fine = await send(feature({ code: '410103003005871' }, square(lon, lat)));
        assert.equal(fine.status, 200, fine.text);
        assert.equal((await admin.get('/api/v1/areas/410103003005871')).json.properties.kind, 'temporary');
        const bow = [[[lon, lat], [lon + 0.001, lat + 0.001], [lon + 0.001, lat], [lon, lat + 0.001], [lon, lat]]];
        for (const [name, one] of Object.entries({
            'a bow tie': feature({ code: '410103003005872' }, bow),
            'an open ring': feature({ code: '410103003005872' }, [[[lon, lat], [lon + 0.001, lat], [lon, lat + 0.001]]]),
            'a point': feature({ code: '410103003005872' }, [lon, lat], 'Point'),
            'off the earth': feature({ code: '410103003005872' }, square(200, 95)),
            'a code of another kind': feature({ code: '410103003005005' }, square(lon, lat)),
            'a parent that is not there': feature({ code: '410199999999872', parent: '410199999999' }, square(lon, lat)),
            'temporary without an end': feature({ code: '410103003005872', valid_to: null }, square(lon, lat)),
            'a property of its own': feature({ code: '410103003005872', colour: 'red' }, square(lon, lat)),
        }))
            assert.equal((await send(one)).status, 422, name);
        assert.equal(await house.count(`areas WHERE code = '410103003005872'`), 0);
    });
    it('other layers lie over the grids: what is said there goes to the grid, and a beat is no place to report to', async () => {
        const community = '410103003005', grid = `${community}006`, d = 0.0003, layers = ['police', 'cleaning', 'unit', 'property'].map((layer) => `${P}-${layer}`);
        const [lon, lat] = (await admin.get(`/api/v1/areas/${grid}`)).json.properties.point;
        const code = (n) => `${community}${n}${String(process.pid % 60 + 10)}`;
        const whose = async () => {
            const said = await admin.post('/api/v1/reports', { text: '垃圾没有清运', category: 'litter', lat, lon });
            const item = await waitFor('its case', async () => (await admin.get(`/api/v1/cases?report=${said.json.number}`)).json.items[0]);
            return [item.area.code, item.holder?.code, item.state];
        };
        const before = await whose();
        assert.ok(before[0].startsWith(grid), 'a grid, or a micro-grid in it');
        const around = [[[lon - d, lat - d], [lon + d, lat - d], [lon + d, lat + d], [lon - d, lat + d], [lon - d, lat - d]]];
        const features = layers.map((layer, n) => ({ type: 'Feature', geometry: { type: 'Polygon', coordinates: around },
            properties: { layer, level: 'grid', kind: 'ordinary', parent: community, code: code(n + 1), name: `${layer} 一段`, name_en: `${layer} one` } }));
        const send = () => admin.send('POST', '/api/v1/imports/areas', { body: { type: 'FeatureCollection', features }, type: 'application/geo+json' });
        const taken = await send();
        assert.deepEqual([taken.status, taken.json.added], [200, 4], taken.text);
        const sheet = await csv('areas', `code,layer,level,kind,parent,name,addresses,valid_to\n${code(5)},${layers[3]},grid,ordinary,${community},某某小区,compound=某某小区,\n${code(8)},grid,grid,temporary,${community},临时网格,compound=某某小区,2030-01-01T00:00:00+08:00\n`);
        assert.deepEqual([sheet.status, sheet.json.added], [200, 2], sheet.text);
        assert.equal((await admin.get(`/api/v1/areas/${code(1)}`)).json.properties.name, `${layers[0]} 一段`);
        assert.equal(await house.count(`areas WHERE layer LIKE '${P}-%' AND parent_id = (SELECT id FROM areas WHERE code = '${community}' AND layer = 'grid')`), 5);
        await waitFor('intake has read its areas anew', async () => (await admin.post('/api/v1/reports', { text: 'x', area: code(8) })).status === 201);
        const beat = await admin.post('/api/v1/reports', { text: 'x', area: code(1) });
        assert.deepEqual([beat.status, beat.json.errors?.[0].pointer], [422, '/area'], beat.text);
        const known = await admin.post('/api/v1/triage/preview', { text: 'x', category: 'litter', lat, lon });
        assert.equal(known.json.where.area.code, before[0], known.text);
        assert.deepEqual(await whose(), before);
    });
    it('staff, duty and a stand-in: the next case goes to whoever is on duty', async () => {
        const staff = `code,name,name_en,tags,email,phone,posts\n${P}-standin,替班,Stand-in,,${P}@erqi.example,,leader@410103007012001\n`;
        const hired = await csv('staff', staff);
        assert.equal(hired.status, 200, hired.text);
        // Another grid each time, since two rows for one post at one time are a fault.
        const grid = await house.one(`SELECT code FROM areas WHERE level = 'grid' AND kind = 'ordinary' AND layer = 'grid' AND valid_to IS NULL ORDER BY code OFFSET ${process.pid % 1500} LIMIT 1`);
        const from = new Date(Date.now() - 3600e3).toISOString(), to = new Date(Date.now() + 3600e3).toISOString();
        const duty = `code,area,post,staff,kind,starts_at,ends_at\n${P}-duty,${grid},leader,${P}-standin,stand-in,${from},${to}\n`;
        const rostered = await csv('duty', duty);
        assert.equal(rostered.status, 200, rostered.text);
        const category1 = (await admin.get('/api/v1/categories')).json.items.find((one) => one.parent !== null && one.responsible === 'leader' && !one.restricted).code;
        await waitFor('triage knows the stand-in', async () => {
            const { json } = await admin.post('/api/v1/triage/preview', { text: 'x', category: category1, area: grid });
            return json.who.holder?.code === `${P}-standin`;
        }, { seconds: 10 });
        assert.ok((await admin.get(`/api/v1/duty?area=${grid}`)).json.items.some((one) => one.code === `${P}-duty`));
        assert.equal((await admin.get(`/api/v1/staff/${P}-standin`)).json.posts[0].area, '410103007012001');
    });
    describe('files as people save them', () => {
        const XLSX = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';
        const send = (kind, body, type = 'text/csv') => admin.send('POST', `/api/v1/imports/${kind}`, { body, type });
        const gbk = (text) => execFileSync('iconv', ['-f', 'UTF-8', '-t', 'GB18030'], { input: text });
        const said = (answer) => answer.json.errors?.map((error) => `${error.line ?? ''} ${error.column ?? ''}`);

        it('a template opens in a spreadsheet, and filled in is taken: both header rows, a byte order mark', async () => {
            const { text } = await admin.get('/api/v1/imports/staff/template');
            assert.ok(text.startsWith('\ufeff人员编码,姓名,'), text);
            assert.match(text, /\r\ncode,name,/);
            const answer = await send('staff', `${text}${P}-filled,填表人,,,,,worker@410103007012003,\r\n`);
            assert.deepEqual([answer.status, answer.json.added], [200, 1], answer.text);
        });
        it('GBK, with titles above, Chinese names, merged headers, full-width digits and spaces, empty rows', async () => {
            const file = `二七区网格员花名册,,,,,\r\n序号,人员编码,姓名,联系方式,,岗位\r\n,,,手机,邮箱,\r\n１,${P}-gbk，,　张三　,１３８ １２３４ ５６７８,,worker@410103007012003\r\n,,,,,\r\n`.replace('，', '');
            const answer = await send('staff', gbk(file));
            assert.deepEqual([answer.status, answer.json.rows, answer.json.added], [200, 1, 1], answer.text);
            assert.equal(await house.one(`SELECT name FROM staff WHERE code = '${P}-gbk'`), '张三');
        });
        it('what is neither UTF-8 nor GBK is refused by line', async () => {
            const answer = await send('staff', Buffer.concat([Buffer.from('code,name\n'), Buffer.from([0x61, 0x2c, 0xff, 0xff, 0x0a])]));
            assert.deepEqual([answer.status, said(answer)], [422, ['2 name']], answer.text);
        });
        it('an .xlsx, whatever the type says: numbers, dates, empty rows; lines are its rows', async () => {
            const rows = (staff) => [['值班表', null, null], ['编码', '区划编码', '岗位', '值班人员', '类别', '开始', '结束'], null,
                [`${P}-x1`, 410103007012, 'duty-officer', `${P}-filled`, 'night', 46296.75, 46297.35416666666], ...staff];
            for (const [type, added] of [[XLSX, 1], ['text/csv', 0]]) {
                const answer = await send('duty', xlsx(rows([])), type);
                assert.deepEqual([answer.status, answer.json.rows, answer.json.added], [200, 1, added], answer.text);
            }
            assert.equal(await house.one(`SELECT starts_at = '2026-10-01 18:00+08' AND ends_at = '2026-10-02 08:30+08' FROM duty WHERE code = '${P}-x1'`), 't');
            const faulty = await send('duty', xlsx(rows([[`${P}-x2`, 410103007012, '值\n班', 'nobody', 'night', '明天', 46297]])), XLSX);
            assert.deepEqual([faulty.status, said(faulty).sort()], [422, ['5 post', '5 staff', '5 starts_at']], faulty.text);
        });
        it('a number that a spreadsheet made a float of: recovered where all digits are there, otherwise named with what to do', async () => {
            const file = (phone) => `code,name,phone\n${P}-float,王五,${phone}\n`;
            assert.equal((await send('staff', file('1.3812345678E+10'))).status, 200);
            const lost = await admin.send('POST', '/api/v1/imports/staff', { body: file('1.38E+10'), type: 'text/csv', headers: { 'Accept-Language': 'en' } });
            assert.deepEqual([lost.status, said(lost)], [422, ['2 phone']]);
            assert.match(lost.json.errors[0].detail, /format the column as text/);
            assert.match((await send('staff', file('1.38E+10'))).json.errors[0].detail, /设为“文本”/);
        });
        it('two people in one cell: told to split', async () => {
            const answer = await send('staff', `编码,姓名\n${P}-two,张三/李四\n`);
            assert.deepEqual([answer.status, said(answer)], [422, ['2 name']]);
            assert.match(answer.json.errors[0].detail, /两个人/);
        });
        it('no sheet at all, an old one, one that unpacks to more than may be: refused, and the next is taken', async () => {
            const bomb = xlsx([['编码', '姓名'], ...Array.from({ length: 70 }, () => ['x', 'a'.repeat(1 << 20)])]);
            assert.ok(bomb.length < 1 << 20);
            for (const [name, body] of Object.entries({ broken: Buffer.from('PK\x03\x04 no zip'), old: Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0, 0]), bomb })) {
                const answer = await send('staff', body, XLSX);
                assert.deepEqual([answer.status, answer.json.type], [422, 'urn:wangge:problem:import-faults'], name);
            }
            assert.equal((await send('staff', xlsx([['编码', '姓名'], [`${P}-after`, '后来']]), XLSX)).status, 200);
        });
    });
    it('a calendar: what cannot be meant is refused, seasons and half days are taken', async () => {
        const calendar = (more) => admin.post('/api/v1/imports/calendars', { code: `${P}-calendar`, timezone: 'Asia/Shanghai', hours: [['09:00', '17:00']], workdays: [1, 2, 3, 4, 5], holidays: [], makeup: [], ...more });
        for (const more of [{ hours: [['17:00', '09:00']] }, { hours: [['09:00', '12:00'], ['11:00', '13:00']] }, { hours: [] }, { workdays: [] }, { workdays: [8] },
            { holidays: ['2026-02-30'] }, { holidays: ['2026-10-01'], makeup: ['2026-10-01'] }, { timezone: 'Mars/Olympus' }, { colour: 'red' },
            { seasons: [{ from: '05-01', to: '09-30' }] }, { half_days: { '2026-02-30': [['09:00', '12:00']] } }, { years: ['2026'] }])
            assert.equal((await calendar(more)).status, 422, JSON.stringify(more));
        const whole = { seasons: [{ from: '05-01', to: '09-30', hours: [['08:30', '12:00'], ['15:00', '18:30']] }], half_days: { '2026-02-16': [['09:00', '12:00']] }, years: [2026] };
        const trial = await admin.post('/api/v1/imports/calendars?dry_run=true', { code: `${P}-calendar`, timezone: 'Asia/Shanghai', hours: [['09:00', '17:00']], workdays: [1, 2, 3, 4, 5], holidays: [], makeup: [], ...whole });
        assert.equal(trial.status, 200, trial.text);
        assert.equal((await admin.send('POST', '/api/v1/imports/calendars', { body: '{', type: 'application/json' })).status, 400);
    });
    it('another content type 415; an unknown parameter 400; too large 413; two at once 409', async () => {
        assert.equal((await admin.send('POST', '/api/v1/imports/staff', { body: '{}', type: 'application/geo+json' })).status, 415);
        assert.equal((await csv('staff', 'code\n', '?colour=red')).status, 400);
        assert.equal((await csv('staff', 'code\n', '?dry_run=perhaps')).status, 400);
        const large = await admin.send('POST', '/api/v1/imports/staff', { body: Buffer.alloc((64 << 20) + 10, 'x'), type: 'text/csv' }).catch((error) => error);
        assert.ok(large.status === 413 || ['EPIPE', 'ECONNRESET'].includes(large.code), `${large.status ?? large}: nginx may close while we still send`);
        const file = 'code,name,name_en,tags,email,phone,posts\n' + Array.from({ length: 20000 }, (_, i) => `${P}-many-${i},名,Name,,,,\n`).join('');
        const answers = await Promise.all(Array.from({ length: 6 }, () => csv('staff', file, '?dry_run=true')));
        assert.ok(answers.every((answer) => [200, 409].includes(answer.status)), answers.map((answer) => answer.status).join());
        assert.ok(answers.some((answer) => answer.status === 200) && answers.some((answer) => answer.status === 409), answers.map((answer) => answer.status).join());
    });
    it('each import stands in the audit', async () => {
        assert.ok((await admin.get('/api/v1/audit')).json.items.some((one) => /import/.test(one.action)));
    });
    it('lists page through everything exactly once', async () => {
        for (const [path, table] of [['/api/v1/places', 'places'], ['/api/v1/parties', 'parties'], ['/api/v1/staff', 'staff WHERE left_at IS NULL'], ['/api/v1/areas', 'areas WHERE valid_to IS NULL OR valid_to > current_timestamp']]) {
            const seen = [];
            let after = '';
            do {
                const { json } = await admin.get(`${path}?limit=500${after}`);
                seen.push(...(json.items ?? json.features.map((one) => one.properties)).map((one) => one.code));
                after = json.next === null ? null : `&after=${encodeURIComponent(json.next)}`;
            } while (after !== null);
            assert.equal(new Set(seen).size, seen.length, path);
            assert.equal(seen.length, await house.count(table), path);
        }
    });
});
