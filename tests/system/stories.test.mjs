// Promise: the street of the seed page can do its work. Each story goes over HTTP with real services, by the people who
// would do it, and asserts what each of them sees. They share an instance and its time, which only goes on.
import { after, before, describe } from 'node:test';
import { Stage } from '../lib/stage.mjs';
import hard from './stories/hard.mjs';
import large from './stories/large.mjs';
import site from './stories/site.mjs';
import small from './stories/small.mjs';

describe('stories', () => {
    let stage;
    before(async () => {
        stage = await Stage.up({ name: 'stories' });
    });
    after(async () => {
        await stage.house.verify();
        await stage.house.down();
    });
    for (const [name, story] of Object.entries({ small, large, hard, site }))
        describe(name, () => story(() => stage));
});
