// The whole storm: ten minutes, every service, the bus and PostgreSQL killed twenty times each with work in flight.
import { it } from 'node:test';
import assert from 'node:assert/strict';
import { randomInt } from 'node:crypto';
import { storm } from './storm.mjs';

const seed = Number(process.env.WANGGE_TEST_SEED ?? randomInt(1e9));

it(`ten minutes, twenty kills each (seed ${seed})`, async () => {
    const { findings, little } = await storm({ seconds: 600, kills: 20, rate: 30, least: 10000, seed, say: (line) => console.log(`# ${line}`) });
    assert.deepEqual([findings, little], [[], []]);
});

it(`three triages and two of each other service, all of them victims (seed ${seed})`, async () => {
    const { findings, little } = await storm({ seconds: 90, kills: 2, rate: 30, several: true, least: 1000, seed, say: (line) => console.log(`# ${line}`) });
    assert.deepEqual([findings, little], [[], []]);
});
