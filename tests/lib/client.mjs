// An HTTP client as the world sees the door: every answer is held against the contract, unless the test says that it
// speaks to something else. Each client calls from a loop-back address of its own, since nginx counts callers without
// a key by address.
import http from 'node:http';
import net from 'node:net';
import { randomInt } from 'node:crypto';
import { contract } from './contract.mjs';

export const anotherAddress = () => `127.${randomInt(1, 255)}.${randomInt(0, 255)}.${randomInt(1, 255)}`;

export class Client {
    constructor({ port, key, address = anotherAddress(), socketPath, checked = true, sockets = 64, english = false }) {
        Object.assign(this, { port, key, address, socketPath, checked, english });
        this.agent = new http.Agent({ keepAlive: true, maxSockets: sockets });
    }

    /** Sends and gives {status, headers, text, json}; body: a string or Buffer as it is, anything else as JSON. */
    async send(method, path, { body, headers = {}, key = this.key, type, timeoutMs = 60000 } = {}) {
        const bytes = body === undefined ? undefined
            : typeof body === 'string' || Buffer.isBuffer(body) ? Buffer.from(body) : Buffer.from(JSON.stringify(body));
        const all = { ...headers };
        if (key !== undefined && all.Authorization === undefined)
            all.Authorization = key.includes(' ') ? key : `Bearer ${key}`;
        if (bytes !== undefined && all['Content-Type'] === undefined)
            all['Content-Type'] = type ?? 'application/json';
        if (this.english)
            all['Accept-Language'] = 'en';
        const answer = await this.exchange(method, path, all, bytes, timeoutMs);
        if (this.checked)
            contract.check(method, path, answer);
        return answer;
    }

    exchange(method, path, headers, bytes, timeoutMs) {
        const where = this.socketPath ? { socketPath: this.socketPath }
            : { host: '127.0.0.1', port: this.port, localAddress: this.address };
        return new Promise((resolve, reject) => {
            const request = http.request({ ...where, method, path, agent: this.agent,
                headers: { ...headers, ...(bytes === undefined ? {} : { 'Content-Length': bytes.length }) } }, (response) => {
                const pieces = [];
                response.on('data', (piece) => pieces.push(piece));
                response.on('error', reject);
                response.on('end', () => {
                    const text = Buffer.concat(pieces).toString('utf8');
                    let json;
                    try {
                        json = JSON.parse(text);
                    } catch { /* the caller looks at text */ }
                    resolve({ status: response.statusCode, headers: response.headers, text, json });
                });
            });
            request.setTimeout(timeoutMs, () => request.destroy(new Error(`no answer within ${timeoutMs} ms`)));
            request.on('error', reject);
            request.end(bytes);
        });
    }

    get(path, options) {
        return this.send('GET', path, options);
    }

    post(path, body, options) {
        return this.send('POST', path, { body, ...options });
    }

    close() {
        this.agent.destroy();
    }

    /** Writes bytes to the door as they are and gives all that comes back until it closes (or quietMs without a byte). */
    raw(pieces, { quietMs = 3000, halfClose = false, betweenMs = 0 } = {}) {
        return new Promise((resolve, reject) => {
            const socket = net.connect({ host: '127.0.0.1', port: this.port, localAddress: this.address });
            const got = [];
            socket.setTimeout(quietMs, () => socket.destroy());
            socket.on('data', (piece) => got.push(piece));
            socket.on('error', (error) => error.code === 'EPIPE' || error.code === 'ECONNRESET' ? undefined : reject(error));
            socket.on('close', () => resolve(Buffer.concat(got).toString('utf8')));
            socket.on('connect', async () => {
                for (const piece of [pieces].flat()) {
                    if (socket.destroyed)
                        return;
                    socket.write(piece);
                    if (betweenMs > 0)
                        await new Promise((done) => setTimeout(done, betweenMs));
                }
                if (halfClose)
                    socket.end();
            });
        });
    }
}

/** Splits what raw() gave into {status, headers, text, json} of its first answer. */
export function parseRaw(text) {
    const [head, ...rest] = text.split('\r\n\r\n');
    const lines = head.split('\r\n');
    const body = rest.join('\r\n\r\n');
    const answer = { status: Number(lines[0].split(' ')[1]), text: body,
        headers: Object.fromEntries(lines.slice(1).map((line) => [line.split(':')[0].toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])) };
    try {
        answer.json = JSON.parse(body);
    } catch { /* the caller looks at text */ }
    return answer;
}
