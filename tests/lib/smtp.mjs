// A real SMTP server on 127.0.0.1 that keeps what it takes and can misbehave: refuse, delay, or take the mail and cut
// the connection before it says so. `withheld` counts the answers that were cut: only so often may a mail come twice.
import { SMTPServer } from 'smtp-server';

export class Post {
    static async open({ port = 0, address = '127.0.0.1' } = {}) {
        const post = new Post();
        await new Promise((resolve, reject) => {
            post.server.once('error', reject);
            post.server.listen(port, address, resolve);
        });
        post.server.server.off('error', () => {});
        post.port = post.server.server.address().port;
        post.address = address;
        return post;
    }

    constructor() {
        this.mails = [];
        this.withheld = 0;
        this.refusals = 0;
        this.behave = () => 'take'; // (mail) → take | cut | refuse | refuse-for-good
        this.delayMs = 0;
        this.server = new SMTPServer({ authOptional: true, disabledCommands: ['AUTH', 'STARTTLS'], hideSTARTTLS: true,
            disableReverseLookup: true, onData: (stream, session, done) => this.take(stream, session, done) });
        this.server.on('error', () => {}); // a client that goes away in the middle is no fault of ours
    }

    get url() {
        return `smtp://${this.address}:${this.port}`;
    }

    take(stream, session, done) {
        const pieces = [];
        stream.on('data', (piece) => pieces.push(piece));
        stream.on('end', async () => {
            const mail = parse(Buffer.concat(pieces).toString('utf8'), session);
            const how = this.behave(mail);
            if (this.delayMs > 0)
                await new Promise((resolve) => setTimeout(resolve, this.delayMs));
            if (how === 'refuse' || how === 'refuse-for-good') {
                this.refusals++;
                done(Object.assign(new Error('not now'), { responseCode: how === 'refuse' ? 451 : 550 }));
                return;
            }
            this.mails.push(Object.assign(mail, { at: Date.now(), how }));
            if (how === 'cut') {
                this.withheld++;
                for (const connection of this.server.connections)
                    if (connection.session === session || connection.id === session.id)
                        connection._socket.destroy();
                return;
            }
            done();
        });
    }

    to(address) {
        return this.mails.filter((mail) => mail.to.includes(address));
    }

    close() {
        return new Promise((resolve) => this.server.close(resolve));
    }
}

function parse(text, session) {
    const end = text.indexOf('\r\n\r\n');
    const headers = {};
    for (const line of text.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n'))
        headers[line.split(':')[0].toLowerCase()] = line.slice(line.indexOf(':') + 1).trim();
    const raw = text.slice(end + 4);
    const encoding = (headers['content-transfer-encoding'] ?? '').toLowerCase();
    const body = encoding === 'base64' ? Buffer.from(raw, 'base64').toString('utf8')
        : encoding === 'quoted-printable' ? unquote(raw) : raw;
    return { from: session.envelope.mailFrom.address, to: session.envelope.rcptTo.map((one) => one.address), headers, body,
        id: headers['message-id'], subject: word(headers.subject ?? '') };
}

function unquote(text) {
    const bytes = text.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/gi, (_, hex) => String.fromCharCode(parseInt(hex, 16)));
    return Buffer.from(bytes, 'latin1').toString('utf8');
}

function word(text) {
    return text.replace(/\?=\s+=\?/g, '?==?').replace(/=\?utf-8\?([bq])\?([^?]*)\?=/gi, (_, kind, value) =>
        kind.toLowerCase() === 'b' ? Buffer.from(value, 'base64').toString('utf8') : unquote(value.replaceAll('_', ' ')));
}
