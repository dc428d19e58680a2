// ops/bench first: from sending POST /reports until GET /cases/{id} says that it has a holder, both through the door
// over one kept-alive connection, the case asked for again as soon as the last answer has come. So it holds the POST,
// triage, and on average half a GET too much. Twenty times, one after another, on an idle house.
import http from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reportBodies } from './bodies.mjs';
import { House, pause } from './house.mjs';

const TIMES = 20, PATIENCE_MS = 10000;
const house = new House(process.argv[2]);
const key = readFileSync(join(house.home, 'admin.key'), 'utf8').trim();
const agent = new http.Agent({ keepAlive: true, maxSockets: 1 });

function ask(method, path, body) {
    return new Promise((resolve, reject) => {
        const request = http.request({ host: '127.0.0.1', port: house.port, agent, method, path,
            headers: { Authorization: `Bearer ${key}`, ...(body ? { 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body) } : {}) } }, (answer) => {
            let text = '';
            answer.on('data', (piece) => { text += piece; });
            answer.on('end', () => resolve({ status: answer.statusCode, json: JSON.parse(text) }));
        });
        request.on('error', reject);
        request.end(body);
    });
}

async function once(body) {
    const began = performance.now();
    const sent = await ask('POST', '/api/v1/reports', body);
    const answered = performance.now();
    if (sent.status !== 201)
        throw new Error(`POST was answered with ${sent.status}: ${JSON.stringify(sent.json)}`);
    for (;;) {
        const seen = await ask('GET', `/api/v1/cases/${sent.json.id}`);
        if (seen.status === 200 && seen.json.holder !== null)
            return { accepted: answered - began, dispatched: performance.now() - began };
        if (performance.now() - began > PATIENCE_MS)
            throw new Error(`case ${sent.json.id} has no holder after ${PATIENCE_MS / 1000} s: ${JSON.stringify(seen.json)}`);
    }
}

const lines = (await reportBodies(house.sql)).trim().split('\n').slice(0, TIMES + 3);
const times = [];
for (const [i, line] of lines.entries()) {
    const time = await once(line);
    if (i >= 3) // the first ones open connections and caches
        times.push(time);
    await pause(100);
}
const middle = (what) => times.map((time) => time[what]).sort((a, b) => a - b)[TIMES >> 1].toFixed(1);
const most = Math.max(...times.map((time) => time.dispatched)).toFixed(1);
house.close();
console.log(`POST to 201: ${middle('accepted')} ms · POST to dispatched, as GET /cases/{id} sees it: ${middle('dispatched')} ms (median of ${TIMES}; the slowest ${most} ms)`);
