// A real OpenID Connect server (npm's oidc-provider) with one question in its way: who are you? A test answers it by
// `account`. It can also be mean: hand out a token of the test's making instead of its own.
import http from 'node:http';
import { createHmac, createSign, generateKeyPairSync } from 'node:crypto';
import Provider from 'oidc-provider';

const base64 = (value) => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

export class Sso {
    static async open() {
        const sso = new Sso();
        const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
        sso.key = privateKey;
        sso.answer = (request, response) => response.writeHead(500).end(); // not there yet
        sso.server = http.createServer((request, response) => sso.answer(request, response));
        await new Promise((done) => sso.server.listen(0, '127.0.0.1', done));
        sso.issuer = `http://127.0.0.1:${sso.server.address().port}`;
        return sso;
    }

    /** From now on it works, for this client. */
    serve({ client, secret, redirect }) {
        this.client = client;
        this.provider = new Provider(this.issuer, {
            clients: [{ client_id: client, client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'], response_types: ['code'] }],
            jwks: { keys: [{ ...this.key.export({ format: 'jwk' }), kid: 'first', use: 'sig', alg: 'RS256' }] },
            cookies: { keys: ['of the test'] },
            conformIdTokenClaims: false,
            claims: { openid: ['sub'], profile: ['preferred_username'] },
            ttl: { Interaction: 600, Session: 600, Grant: 600, AccessToken: 600, IdToken: 600 },
            pkce: { required: () => true },
            features: { devInteractions: { enabled: false } },
            interactions: { url: (context, interaction) => `/interaction/${interaction.uid}` },
            findAccount: (context, id) => ({ accountId: id, claims: () => ({ sub: id, preferred_username: this.username ?? id }) }),
        });
        const serve = this.provider.callback();
        this.answer = (request, response) => {
            if (request.url.startsWith('/interaction/'))
                this.interact(request, response).catch((error) => response.writeHead(500).end(String(error)));
            else if (request.url === '/token' && this.mean !== undefined)
                response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify(this.mean(this)));
            else
                serve(request, response);
        };
    }

    async interact(request, response) {
        const { prompt, params } = await this.provider.interactionDetails(request, response);
        if (this.account === undefined)
            return this.provider.interactionFinished(request, response, { error: 'access_denied' });
        if (prompt.name === 'login')
            return this.provider.interactionFinished(request, response, { login: { accountId: this.account } });
        const grant = new this.provider.Grant({ accountId: this.account, clientId: params.client_id });
        grant.addOIDCScope(params.scope);
        return this.provider.interactionFinished(request, response, { consent: { grantId: await grant.save() } });
    }

    /** A token with these changes; alg: as what it is signed. */
    forge(claims, { alg = 'RS256', key = this.key } = {}) {
        const now = Math.floor(Date.now() / 1000);
        const text = `${base64({ alg, kid: 'first' })}.${base64({ iss: this.issuer, aud: this.client, sub: this.account, exp: now + 300, iat: now, ...claims })}`;
        const signature = alg === 'none' ? ''
            : alg === 'HS256' ? createHmac('sha256', this.key.export({ format: 'jwk' }).n).update(text).digest('base64url')
                : createSign('SHA256').update(text).sign(key, 'base64url');
        return { access_token: 'x', token_type: 'Bearer', id_token: `${text}.${signature}` };
    }

    close() {
        this.server.closeAllConnections();
        this.server.close();
    }
}

/** A browser: cookies by address, redirects followed until stop(url) says so. */
export class Browser {
    jars = new Map();

    async visit(url, stop = () => false) {
        for (let hops = 0; hops < 20; hops++) {
            const { origin, pathname, search } = new URL(url);
            if (stop(url))
                return { url };
            const jar = this.jars.get(origin) ?? new Map();
            this.jars.set(origin, jar);
            const sent = [...jar].filter(([, { path }]) => pathname.startsWith(path)).map(([name, { value }]) => `${name}=${value}`).join('; ');
            const answer = await fetch(url, { redirect: 'manual', headers: sent === '' ? {} : { Cookie: sent } });
            for (const cookie of answer.headers.getSetCookie()) {
                const [, name, value] = /^([^=]+)=([^;]*)/.exec(cookie);
                if (value === '')
                    jar.delete(name);
                else
                    jar.set(name, { value, path: /; path=([^;]*)/i.exec(cookie)?.[1] ?? '/', text: cookie });
            }
            if (answer.status < 300 || answer.status > 399)
                return { url, status: answer.status, text: await answer.text(), path: pathname + search };
            await answer.arrayBuffer();
            url = new URL(answer.headers.get('location'), url).href;
        }
        throw new Error(`too many redirects: ${url}`);
    }
}
