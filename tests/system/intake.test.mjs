// The front door of intake: every limit and every kind of bad input of the issue gets a clear problem in our format,
// names all faults at once and leaves nothing behind; good input is written down once, word for word, however often it
// is sent. Faults: broken clients, hostile clients, clients that repeat.
import { after, before, describe, it } from 'node:test';
import assert from 'node:assert/strict';
import { Instance } from '../lib/instance.mjs';
import { parseRaw } from '../lib/client.mjs';
import { contract } from '../lib/contract.mjs';
import { waitFor } from '../lib/wait.mjs';

const TYPE = 'urn:wangge:problem:';

describe('POST /api/v1/reports', () => {
    let house, nobody, admin, leader, agency, category;
    before(async () => {
        house = await Instance.shared({ name: 'intake' });
        nobody = house.client();
        admin = house.client('admin');
        leader = house.client('410103007012003-leader');
        category = (await nobody.get('/api/v1/categories')).json.items.find((one) => one.parent !== null).code;
        const made = await admin.post('/api/v1/keys', { name: 'hotline', system: `hotline-${process.pid}` });
        assert.equal(made.status, 201, made.text);
        agency = house.client(undefined, { key: made.json.key });
    });
    after(async () => {
        try {
            await house.verify();
        } finally {
            await house.down();
        }
    });

    const unique = (() => {
        let n = 0;
        return (word = 'x') => `${word}-${process.pid}-${Date.now()}-${++n}`;
    })();
    const stored = (mark) => house.count(`reports WHERE position(:'mark' IN text) > 0`, { mark });
    /** Sends as the administrator (no rate), with a mark in the text, and says how many reports it made. */
    const send = async (body, options) => {
        const answer = await admin.post('/api/v1/reports', body, options);
        return answer;
    };
    const refused = (answer, status, pointers) => {
        assert.equal(answer.status, status, answer.text);
        assert.ok(answer.json.type.startsWith(TYPE));
        if (pointers)
            assert.deepEqual(answer.json.errors.map((error) => error.pointer).sort(), [...pointers].sort(), answer.text);
    };

    describe('what is taken', () => {
        it('the smallest: one character', async () => {
            const answer = await nobody.post('/api/v1/reports', { text: '水' });
            assert.equal(answer.status, 201, answer.text);
            assert.equal(answer.headers.location, answer.json.links.self);
            const view = await nobody.get(`${answer.json.links.self}?code=${answer.json.query_code}`);
            assert.equal(view.json.text, '水');
        });
        it('the largest: 10,000 characters of four bytes, word for word', async () => {
            const text = '🚰'.repeat(10000);
            const answer = await send({ text });
            assert.equal(answer.status, 201, answer.text);
            assert.equal(await house.one(`SELECT md5(text) = md5(repeat('🚰', 10000)) FROM reports WHERE id = :id`, { id: answer.json.id }), 't');
        });
        it('every field', async () => {
            const text = unique('所有字段');
            const answer = await leader.post('/api/v1/reports', { text, category, lat: 34.73, lon: 113.64, crs: 'gcj02', address: '大学北路 1 号',
                area: '410103007012', reporter: { name: '某', phone: '+86 000 0000 0000', email: 'a@b.example', consent: true }, channel: 'phone',
                on_behalf: true, training: true, occurred_at: new Date(Date.now() - 3600e3).toISOString(), language: 'zh' });
            assert.equal(answer.status, 201, answer.text);
            const [[row]] = [await house.sql(`SELECT channel, crs, area, on_behalf, training, entered_by IS NOT NULL, sealed IS NOT NULL, position('0000' IN encode(sealed, 'escape'))
                FROM reports r JOIN reporters p ON p.report_id = r.id WHERE id = :id`, { id: answer.json.id })];
            assert.deepEqual(row, ['phone', 'gcj02', '410103007012', 't', 't', 't', 't', '0']);
        });
        it('white space, quotes, emoji and every language survive', async () => {
            const text = `  "引号" \\ \t\n‮ العربية עברית 👩‍👩‍👧 ${unique()}  `;
            const answer = await send({ text });
            const kept = await house.one('SELECT encode(convert_to(text, \'UTF8\'), \'hex\') FROM reports WHERE id = :id', { id: answer.json.id });
            assert.equal(Buffer.from(kept, 'hex').toString('utf8'), text);
        });
        it('null is no value: refused by name like any other wrong type', async () => {
            refused(await send({ text: 'x', address: null, training: null }), 422, ['/address', '/training']);
        });
        it('HEAD and an unknown length (chunked) and Expect: 100-continue', async () => {
            const body = JSON.stringify({ text: unique('chunked') });
            const chunked = parseRaw(await nobody.raw(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n`
                + `${body.length.toString(16)}\r\n${body}\r\n0\r\n\r\n`));
            assert.equal(chunked.status, 201);
            const expected = await nobody.raw(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\nExpect: 100-continue\r\nConnection: close\r\n\r\n${body}`);
            assert.match(expected, /HTTP\/1\.1 100 [^]*HTTP\/1\.1 201 /);
            assert.equal((await nobody.send('HEAD', '/api/v1/categories')).status, 200);
        });
    });

    describe('what is refused, by name and all at once', () => {
        it('everything wrong in one body', async () => {
            const answer = await send({ text: '', category: 'no-such', lat: 91, lon: 'x', crs: 'mars', address: '', area: '1', channel: 'telepathy', joins: '1',
                attributes: {}, on_behalf: true, training: 1, occurred_at: 'yesterday', language: 'fr', reporter: { name: '', fax: '1' },
                source: { system: 'other', id: '', extra: 1 }, unknown: 1, 'a/b~c': 2 });
            refused(answer, 422, ['/text', '/category', '/lat', '/lon', '/crs', '/address', '/area', '/channel', '/joins', '/attributes', '/on_behalf', '/training',
                '/occurred_at', '/language', '/reporter/name', '/reporter/fax', '/source/system', '/source/id', '/source/extra', '/unknown', '/a~1b~0c']);
            const english = await house.client('admin', { english: true }).post('/api/v1/reports', { text: '' });
            assert.match(english.json.errors[0].detail, /[a-z]/);
            assert.doesNotMatch(english.json.errors[0].detail, /[\u4e00-\u9fff]/);
        });
        const cases = [
            ['no text', { category: 'litter' }, ['/text']],
            ['text of another type', { text: 5 }, ['/text']],
            ['10,001 characters', { text: '字'.repeat(10001) }, ['/text']],
            ['only white space', { text: ' \n\t ' }, ['/text']],
            ['lat without lon', { text: 'x', lat: 34.7 }, ['/lon']],
            ['lon without lat', { text: 'x', lon: 113.6 }, ['/lat']],
            ['lat out of range', { text: 'x', lat: -90.1, lon: 0 }, ['/lat']],
            ['lon out of range', { text: 'x', lat: 0, lon: 180.1 }, ['/lon']],
            ['address of 301', { text: 'x', address: '路'.repeat(301) }, ['/address']],
            ['channel of another list', { text: 'x', channel: 'fax' }, ['/channel']],
            ['name of 101', { text: 'x', reporter: { name: '名'.repeat(101) } }, ['/reporter/name']],
            ['phone of 33', { text: 'x', reporter: { phone: '1'.repeat(33) } }, ['/reporter/phone']],
            ['email of 255', { text: 'x', reporter: { email: `${'a'.repeat(250)}@b.example` } }, ['/reporter/email']],
            ['email that is none', { text: 'x', reporter: { email: 'nobody' } }, ['/reporter/email']],
            ['an email that would add a header', { text: 'x', reporter: { email: 'a@b.example\r\nBcc: c@d.example' } }, ['/reporter/email']],
            ['reporter as a list', { text: 'x', reporter: [] }, ['/reporter']],
            ['a source without its key', { text: 'x', source: { system: 'hotline', id: '1' } }, ['/source/system']],
            ['on behalf, by nobody of the staff', { text: 'x', on_behalf: true }, ['/on_behalf']],
            ['a time without offset', { text: 'x', occurred_at: '2026-01-01T00:00:00' }, ['/occurred_at']],
            ['the future', { text: 'x', occurred_at: '2150-01-01T00:00:00Z' }, ['/occurred_at']],
            ['a date that does not exist', { text: 'x', occurred_at: '2026-02-30T00:00:00Z' }, ['/occurred_at']],
            ['joins, until its issue', { text: 'x', joins: '260101-1-1' }, ['/joins']],
            ['attributes, until their issue', { text: 'x', attributes: { a: 1 } }, ['/attributes']],
            ['__proto__', '{"text":"x","__proto__":1}', ['/__proto__']],
        ];
        for (const [name, body, pointers] of cases)
            it(name, async () => refused(await send(body), 422, pointers));
    });

    describe('what is no JSON', () => {
        const bodies = {
            nothing: '',
            'white space': '  \n',
            'a cut body': '{"text":"x"',
            'text behind': '{"text":"x"} x',
            'two bodies': '{"text":"x"}{"text":"y"}',
            'a list': '[{"text":"x"}]',
            'a string': '"x"',
            'a number': '1',
            'null': 'null',
            comments: '{"text":"x" /* y */}',
            'single quotes': "{'text':'x'}",
            'a trailing comma': '{"text":"x",}',
            'a leading zero': '{"text":"x","lat":01,"lon":1}',
            NaN: '{"text":"x","lat":NaN,"lon":1}',
            Infinity: '{"text":"x","lat":Infinity,"lon":1}',
            '1e999': '{"text":"x","lat":1e999,"lon":1}',
            'a number of 400 digits': `{"text":"x","lat":${'1'.repeat(400)},"lon":1}`,
            'an integer over 2^53': '{"text":"x","lat":9007199254740993,"lon":1}',
            'a key twice': '{"text":"x","text":"y"}',
            'a key twice, once escaped': '{"text":"x","te\\u0078t":"y"}',
            'a NUL escape': '{"text":"x\\u0000y"}',
            'a NUL byte': Buffer.from('{"text":"x\0y"}'),
            'a lone surrogate': '{"text":"\\ud800"}',
            'surrogates the wrong way round': '{"text":"\\udc00\\ud800"}',
            'invalid UTF-8': Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]),
            'overlong UTF-8': Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xc0, 0xaf]), Buffer.from('"}')]),
            'a surrogate in UTF-8': Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xed, 0xa0, 0x80]), Buffer.from('"}')]),
            'cut UTF-8': Buffer.concat([Buffer.from('{"text":"'), Buffer.from([0xe6, 0xb0]), Buffer.from('"}')]),
            'a raw control character': '{"text":"a\u0001b"}',
            'a byte order mark': '\ufeff{"text":"x"}',
            '100,000 brackets': '['.repeat(100000),
            '100,000 objects': '{"a":'.repeat(100000),
            '17 levels': `{"text":"x","reporter":${'['.repeat(17)}${']'.repeat(17)}}`,
        };
        for (const [name, body] of Object.entries(bodies))
            it(name, async () => {
                const before = await house.count('reports');
                refused(await send(body === '' ? Buffer.alloc(0) : body, { type: 'application/json' }), 400);
                assert.equal(await house.count('reports'), before);
            });
        it('another content type', async () => {
            refused(await send('text=x', { type: 'application/x-www-form-urlencoded' }), 415);
            refused(await send('<x/>', { type: 'application/xml' }), 415);
        });
        it('over 1 MiB', async () => refused(await send(`{"text":"${'x'.repeat(1 << 20)}"}`), 413));
        it('over 64 MiB', async () => {
            const answer = await send(Buffer.alloc((64 << 20) + 1000, 'x'), { type: 'application/x-ndjson' }).catch((error) => error);
            if (answer instanceof Error) // nginx may close while we still send
                assert.ok(['EPIPE', 'ECONNRESET'].includes(answer.code), answer);
            else
                refused(answer, 413);
        });
    });

    describe('once, however often it is sent', () => {
        it('a repeat gets the first answer again', async () => {
            const key = unique('key'), body = { text: unique('重复') };
            const first = await send(body, { headers: { 'Idempotency-Key': key } });
            const again = await send(body, { headers: { 'Idempotency-Key': key } });
            assert.equal(first.status, 201);
            assert.equal(first.headers['idempotency-replayed'], undefined);
            assert.deepEqual(again.json, first.json);
            assert.equal(again.headers['idempotency-replayed'], 'true');
            assert.equal(await stored(body.text), 1);
        });
        it('thirty at once are one', async () => {
            const key = unique('key'), body = { text: unique('并发') };
            const answers = await Promise.all(Array.from({ length: 30 }, () => send(body, { headers: { 'Idempotency-Key': key } })));
            assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
            assert.equal(new Set(answers.map((answer) => answer.json.id)).size, 1);
            assert.equal(await stored(body.text), 1);
        });
        it('the key with another body: 422, and nothing of the first shown', async () => {
            const key = unique('key');
            const first = await send({ text: unique('甲') }, { headers: { 'Idempotency-Key': key } });
            const other = await send({ text: unique('乙') }, { headers: { 'Idempotency-Key': key } });
            refused(other, 422);
            assert.ok(!other.text.includes(first.json.number) && !other.text.includes(first.json.query_code));
        });
        it('somebody else with the same key is somebody else', async () => {
            const key = unique('key'), body = { text: unique('各人') };
            const one = await send(body, { headers: { 'Idempotency-Key': key } });
            const two = await leader.post('/api/v1/reports', body, { headers: { 'Idempotency-Key': key } });
            assert.equal(two.status, 201);
            assert.notEqual(two.json.id, one.json.id);
        });
        it('a key of no length, or too long', async () => {
            refused(await send({ text: 'x' }, { headers: { 'Idempotency-Key': 'k'.repeat(201) } }), 400);
        });
        it('a system\'s own id is a key', async () => {
            const system = await house.one(`SELECT system FROM api_keys WHERE system LIKE 'hotline-%' ORDER BY id DESC LIMIT 1`);
            const body = { text: unique('热线'), source: { system, id: unique('id') } };
            const first = await agency.post('/api/v1/reports', body);
            assert.equal(first.status, 201, first.text);
            const again = await agency.post('/api/v1/reports', body);
            assert.equal(again.json.id, first.json.id);
            refused(await agency.post('/api/v1/reports', { ...body, text: unique('另一内容') }), 422);
            assert.equal(await stored(body.text), 1);
        });
    });

    describe('many (NDJSON)', () => {
        const upload = (lines, options = {}) => admin.post('/api/v1/reports', lines, { type: 'application/x-ndjson', ...options });
        const results = (answer) => answer.text.trim().split('\n').map((line) => JSON.parse(line));

        it('one result a line, each with its own status, in their order', async () => {
            const answer = await upload(`${JSON.stringify({ text: unique() })}\n{"text":""}\nnonsense\n${JSON.stringify({ text: unique() })}\n`);
            assert.equal(answer.status, 200, answer.text);
            assert.deepEqual(results(answer).map((one) => [one.line, one.status]), [[1, 201], [2, 422], [3, 400], [4, 201]]);
        });
        it('the last line without an end; CR LF', async () => {
            assert.deepEqual(results(await upload(`${JSON.stringify({ text: unique() })}\r\n${JSON.stringify({ text: unique() })}`)).map((one) => one.status), [201, 201]);
        });
        it('nobody\'s is 401', async () => refused(await nobody.post('/api/v1/reports', '{"text":"x"}\n', { type: 'application/x-ndjson' }), 401));
        it('1,200 lines, sent again with the same key: the same numbers, nothing doubled', async () => {
            const mark = unique('批'), lines = Array.from({ length: 1200 }, (_, i) => JSON.stringify({ text: `${mark} ${i}` })).join('\n');
            const headers = { 'Idempotency-Key': unique('upload') };
            const first = results(await upload(lines, { headers })), again = results(await upload(lines, { headers }));
            assert.ok(first.every((one) => one.status === 201));
            assert.deepEqual(again.map((one) => one.number), first.map((one) => one.number));
            assert.ok(again.every((one) => one.replayed === true));
            assert.equal(await stored(mark), 1200);
        });
        it('cut in the middle, then sent whole with the same key: complete, nothing doubled', async () => {
            const mark = unique('断'), lines = Array.from({ length: 900 }, (_, i) => JSON.stringify({ text: `${mark} ${i}` })).join('\n');
            const key = unique('cut');
            const head = `POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${house.key('admin')}\r\nContent-Type: application/x-ndjson\r\nIdempotency-Key: ${key}\r\nContent-Length: ${Buffer.byteLength(lines)}\r\n\r\n`;
            await admin.raw([head, lines.slice(0, lines.length / 2)], { quietMs: 700 });
            const whole = results(await upload(lines, { headers: { 'Idempotency-Key': key } }));
            assert.equal(whole.length, 900);
            assert.ok(whole.every((one) => one.status === 201));
            assert.equal(await stored(mark), 900);
        });
        it('over 10,000 lines', async () => {
            const answer = await upload('{"text":""}\n'.repeat(10001));
            assert.ok([200, 413].includes(answer.status));
            if (answer.status === 200)
                assert.equal(results(answer).at(-1).status, 413);
        });
        it('slowly, a byte at a time', async () => {
            const line = JSON.stringify({ text: unique('慢') });
            const head = `POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer ${house.key('admin')}\r\nContent-Type: application/x-ndjson\r\nContent-Length: ${Buffer.byteLength(line)}\r\n\r\n`;
            const answer = parseRaw(await admin.raw([head, ...Buffer.from(line).toString('latin1').split('').map((byte) => Buffer.from(byte, 'latin1'))], { betweenMs: 4 }));
            assert.equal(answer.status, 200);
        });
    });

    describe('what is no request at the door', () => {
        const ours = (text) => {
            const answer = parseRaw(text);
            assert.match(answer.headers['content-type'] ?? '', /application\/problem\+json/, text.slice(0, 400));
            assert.ok(answer.json?.type.startsWith(TYPE), text.slice(0, 400));
            contract.check('GET', '/', answer);
            return answer;
        };
        it('garbage', async () => assert.equal(ours(await nobody.raw('GARBAGE\r\n\r\n')).status, 400));
        it('a header of 40 KB', async () =>
            assert.ok([400, 431].includes(ours(await nobody.raw(`GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: ${'x'.repeat(40000)}\r\n\r\n`)).status)));
        it('a path of 40 KB', async () => assert.equal(ours(await nobody.raw(`GET /${'x'.repeat(40000)} HTTP/1.1\r\nHost: x\r\n\r\n`)).status, 414));
        it('a wrong Content-Length', async () => assert.equal(ours(await nobody.raw('POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n')).status, 400));
        it('two lengths', async () =>
            assert.equal(ours(await nobody.raw('POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello')).status, 400));
        it('wrong methods', async () => {
            for (const method of ['PUT', 'DELETE', 'PATCH', 'GET'])
                assert.equal((await nobody.send(method, '/api/v1/reports')).status, 405);
            assert.equal((await nobody.get('/api/v1/nothing')).status, 404);
            assert.equal((await nobody.get('/')).status, 404);
            assert.equal((await nobody.get('/api/v1/../../etc/passwd')).status, 404);
        });
        it('a body that stops: the door ends the connection, which nginx does without a word; nothing is written', async () => {
            const before = await house.count('reports');
            const text = await nobody.raw(['POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n', '{"text":'], { quietMs: 40000 });
            assert.equal(text, '');
            assert.equal(await house.count('reports'), before);
        });
        it('a half-closed connection still gets its answer, or a clean end', async () => {
            const body = JSON.stringify({ text: unique('半关') });
            const text = await nobody.raw(`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`, { halfClose: true });
            assert.ok(text === '' || parseRaw(text).status === 201, text);
        });
        it('a connection cut in mid-body leaves nothing half', async () => {
            const mark = unique('截断'), body = JSON.stringify({ text: mark });
            await nobody.raw([`POST /api/v1/reports HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: ${Buffer.byteLength(body)}\r\n\r\n`, body.slice(0, -3)], { quietMs: 300 });
            assert.equal(await stored(mark), 0);
        });
    });

    for (const n of [128, 256, 384])
        it(`${n} connections at once`, async () => {
            // k·128 descriptors ready at once stop libmicrohttpd's own epoll thread; our loop must not be stopped.
            const burst = house.client('admin', { sockets: n });
            const mark = unique(`齐发${n}`);
            const answers = await Promise.all(Array.from({ length: n }, (_, i) => burst.post('/api/v1/reports', { text: `${mark} ${i}` })));
            assert.deepEqual([...new Set(answers.map((answer) => answer.status))], [201]);
            await waitFor('all are there', async () => await stored(mark) === n);
            burst.close();
        });

    it('one address without a key: 429 after a burst, and other addresses are not concerned', async () => {
        const flood = house.client();
        const answers = await Promise.all(Array.from({ length: 40 }, () => flood.post('/api/v1/reports', { text: '刷' })));
        assert.ok(answers.some((answer) => answer.status === 429));
        assert.ok(answers.some((answer) => answer.status === 201));
        assert.equal((await house.client().post('/api/v1/reports', { text: '另一处' })).status, 201);
    });

    it('what the sender sees needs the code: a wrong one and an unknown number answer alike, five a minute', async () => {
        const report = (await send({ text: unique('查询') })).json;
        const asker = house.client();
        const wrong = await asker.get(`/api/v1/reports/${report.number}`, { headers: { Authorization: 'Code 00000000' } });
        const unknown = await asker.get('/api/v1/reports/260101-999999999999-0', { headers: { Authorization: 'Code 00000000' } });
        assert.equal(wrong.status, 404);
        assert.deepEqual([unknown.status, unknown.json.type, unknown.json.title], [wrong.status, wrong.json.type, wrong.json.title]);
        assert.equal((await asker.get(`/api/v1/reports/${report.number}`)).status, 401);
        for (let i = 0; i < 4; i++)
            await asker.get(`/api/v1/reports/${report.number}?code=${i}`);
        assert.equal((await asker.get(`/api/v1/reports/${report.number}?code=12345678`)).status, 429);
        const full = report.number.replace(/[0-9]/g, (digit) => String.fromCharCode(0xff10 + Number(digit)));
        const other = house.client();
        await waitFor('another address may ask with full-width digits', async () =>
            [200, 429].includes((await other.get(`/api/v1/reports/${encodeURIComponent(full)}?code=${report.query_code}`)).status));
    });
});
