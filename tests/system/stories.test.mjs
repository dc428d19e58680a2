// Promise: the street of the seed page can do its work. Each story goes over HTTP with real services, by the people who
// would do it, and asserts what each of them sees. They share an instance and its time, which only goes on.
import { after, before, describe } from 'node:test';
import { Stage } from '../lib/stage.mjs';
import chain from './stories/chain.mjs';
import hard from './stories/hard.mjs';
import hazards from './stories/hazards.mjs';
import hidden from './stories/hidden.mjs';
import large from './stories/large.mjs';
import limits from './stories/limits.mjs';
import night from './stories/night.mjs';
import orders from './stories/orders.mjs';
import parts from './stories/parts.mjs';
import resident from './stories/resident.mjs';
import site from './stories/site.mjs';
import small from './stories/small.mjs';
import spot from './stories/spot.mjs';
import successor from './stories/successor.mjs';
import waits from './stories/waits.mjs';
import yard from './stories/yard.mjs';

describe('stories', () => {
    let stage;
    before(async () => {
        stage = await Stage.up({ name: 'stories' });
    });
    after(async () => {
        try {
            await stage.house.verify();
        } finally {
            await stage.house.down();
        }
    });
    for (const [name, story] of Object.entries({ small, large, hard, site, yard, spot, hazards, night, chain, waits, orders, parts, resident, limits, hidden, successor }))
        describe(name, () => story(() => stage));
});
