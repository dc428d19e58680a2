// The instance that the system tests share: `node tests/lib/shared.mjs up` prints its folder, `… down FOLDER` ends it.
import { Instance } from './instance.mjs';

const [verb, home] = process.argv.slice(2);
if (verb === 'up') {
    const instance = await Instance.up({ name: 'shared' });
    console.log(instance.home);
} else {
    const instance = new Instance();
    Object.assign(instance, { home, own: true, env: { WANGGE_HOME: home } });
    await instance.down({ keep: false });
}
