// What schema/openapi.yaml says, held against every answer that a test sees. Nothing is open: an answer with a field,
// a status or a type that the file does not have is a failure of the test that got it. What was seen is appended to
// the file $WANGGE_TEST_SEEN, so that the full run can say which route × status no test has seen (coverage.mjs).
import { appendFileSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import assert from 'node:assert/strict';
import YAML from 'yaml';
import Ajv from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';

const ID = 'urn:wangge:openapi';
const DOOR = new Map(Object.entries(YAML.parse(readFileSync(fileURLToPath(new URL('../../ops/nginx/problems.yaml', import.meta.url)), 'utf8')))
    .map(([status, [type]]) => [Number(status), `urn:wangge:problem:${type}`]));
const file = fileURLToPath(new URL('../../schema/openapi.yaml', import.meta.url));

const pointer = (parts) => ID + '#' + parts.map((p) =>
    '/' + encodeURIComponent(p.replaceAll('~', '~0').replaceAll('/', '~1'))).join('');

export class Contract {
    constructor(document = YAML.parse(readFileSync(file, 'utf8'))) {
        this.document = document;
        this.ajv = new Ajv.default({ strict: false, allErrors: true });
        addFormats.default(this.ajv);
        this.ajv.addSchema({ $id: ID, ...document });
        this.validators = new Map();
        this.routes = Object.entries(document.paths).map(([path, methods]) => ({
            path, methods,
            literal: path.split('/').filter((part) => !part.startsWith('{')).length,
            pattern: new RegExp('^' + path.split('/').map((part) => part.startsWith('{') ? '[^/]+'
                : part.replace(/[.*+?^$()|[\]\\]/g, '\\$&')).join('/') + '$'),
        })).sort((a, b) => b.literal - a.literal);
    }

    route(path) {
        const plain = path.split('?')[0];
        return this.routes.find((route) => route.pattern.test(plain));
    }

    /** All [method, path, status] that the file has; x-door's under "*". */
    * statuses() {
        for (const { path, methods } of this.routes)
            for (const [method, operation] of Object.entries(methods))
                for (const status of Object.keys(operation.responses))
                    yield [method.toUpperCase(), path, status];
        for (const status of Object.keys(this.document['x-door']))
            yield ['*', '*', status];
    }

    validator(parts) {
        const ref = pointer(parts);
        if (!this.validators.has(ref))
            this.validators.set(ref, this.ajv.compile({ $ref: ref }));
        return this.validators.get(ref);
    }

    /** Where the response stands in the document: [method, path, status, parts], or null. */
    find(method, path, status) {
        const route = this.route(path);
        const operation = route?.methods[method.toLowerCase()];
        const parts = operation?.responses[status] !== undefined
            ? ['paths', route.path, method.toLowerCase(), 'responses', String(status)]
            : this.document['x-door'][status] !== undefined ? ['x-door', String(status)] : null;
        if (parts === null)
            return null;
        const known = parts[0] === 'paths';
        let at = parts.reduce((node, part) => node[part], this.document);
        if (at.$ref !== undefined)
            return { method: known ? method : '*', path: known ? route.path : '*',
                parts: at.$ref.slice(2).split('/') };
        return { method: known ? method : '*', path: known ? route.path : '*', parts };
    }

    /** Throws unless the file allows this answer. */
    check(method, path, { status, headers, text }) {
        if (method === 'HEAD')
            return;
        const found = this.find(method, path, status);
        const what = `${method} ${path} → ${status}`;
        assert.ok(found, `${what} is not in schema/openapi.yaml: ${text.slice(0, 300)}`);
        const response = found.parts.reduce((node, part) => node[part], this.document);
        if (response.content === undefined) {
            assert.equal(text, '', `${what} has no content in schema/openapi.yaml`);
        } else {
            const type = (headers['content-type'] ?? '').split(';')[0];
            const content = response.content[type];
            assert.ok(content, `${what}: content type ${JSON.stringify(type)} is not in schema/openapi.yaml`);
            if (/json/.test(type))
                this.judge(what, [...found.parts, 'content', type, 'schema'], content, text);
        }
        for (const [name, header] of Object.entries(response.headers ?? {}))
            if (header.required)
                assert.ok(headers[name.toLowerCase()], `${what}: no header ${name}`);
        if (status === 429 || status === 503)
            assert.match(headers['retry-after'] ?? '', /^[0-9]+$/, `${what}: no Retry-After`);
        this.seen(found.method, found.path, status);
        // What nginx itself has answered, on whatever route, is one of x-door's too.
        if (status >= 400 && DOOR.get(status) === JSON.parse(text).type)
            this.seen('*', '*', status);
    }

    judge(what, parts, content, text) {
        const validate = this.validator(parts);
        for (const piece of content['x-lines'] ? text.split('\n').filter((line) => line !== '') : [text]) {
            let value;
            assert.doesNotThrow(() => { value = JSON.parse(piece); }, `${what}: no JSON: ${piece.slice(0, 300)}`);
            assert.ok(validate(value), `${what} differs from schema/openapi.yaml: `
                + this.ajv.errorsText(validate.errors) + '\n' + piece.slice(0, 2000));
        }
    }

    seen(method, path, status) {
        if (process.env.WANGGE_TEST_SEEN)
            appendFileSync(process.env.WANGGE_TEST_SEEN, `${method} ${path} ${status}\n`);
    }
}

export const contract = new Contract();
