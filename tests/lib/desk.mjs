// Somebody at a browser: a client that keeps its cookies and says where its pages come from, as browsers do.
import { createHmac } from 'node:crypto';
import { Client } from './client.mjs';

export class Desk extends Client {
    constructor(options) {
        super({ ...options, key: undefined });
        this.jar = new Map();
        this.origin = options.origin ?? `http://127.0.0.1:${options.port}`;
    }

    async send(method, path, { headers = {}, ...rest } = {}) {
        const all = { ...headers };
        if (this.jar.size > 0 && all.Cookie === undefined)
            all.Cookie = [...this.jar].map(([name, value]) => `${name}=${value}`).join('; ');
        if (method !== 'GET' && all.Origin === undefined && this.origin !== null)
            all.Origin = this.origin;
        const answer = await super.send(method, path, { ...rest, headers: all });
        for (const cookie of answer.headers['set-cookie'] ?? []) {
            const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
            if (value === '')
                this.jar.delete(name);
            else
                this.jar.set(name, value);
        }
        return answer;
    }

    logIn(staff, password, more = {}) {
        return this.post('/api/v1/sessions', { staff, password, ...more });
    }
}

/** An administrator's one-time password for this person. */
export async function oneTime(admin, staff) {
    return (await admin.send('POST', `/api/v1/staff/${staff}/password`)).json.password;
}

/** A desk at which this person has logged in with a password of their own. */
export async function deskOf(house, staff, password = `rather long, ${staff}`) {
    const desk = new Desk({ port: house.port });
    const first = await oneTime(house.client('admin'), staff);
    await desk.logIn(staff, first);
    const changed = await desk.send('PUT', '/api/v1/sessions/current/password', { body: { old: first, new: password } });
    if (changed.status !== 200)
        throw new Error(`${staff} could not log in: ${changed.text}`);
    return Object.assign(desk, { password });
}

/** RFC 6238 with the secret as it is typed in; step: how many half minutes from now. */
export function totp(secret, at = Date.now(), step = 0) {
    const bits = [...secret].map((c) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(c).toString(2).padStart(5, '0')).join('');
    const key = Buffer.from(bits.match(/.{8}/g).map((byte) => parseInt(byte, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(BigInt(Math.floor(at / 30000) + step));
    const mac = createHmac('sha1', key).update(counter).digest();
    return String((mac.readUInt32BE(mac.at(-1) & 15) & 0x7fffffff) % 1000000).padStart(6, '0');
}
