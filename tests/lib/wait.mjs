// Wait for a condition, never for time. Deadlines are generous: they only end a wait that would not end.
export const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Calls condition until it returns something true, which is returned; throws after the deadline with `what`. */
export async function waitFor(what, condition, { seconds = 30, everyMs = 50 } = {}) {
    const end = Date.now() + seconds * 1000;
    let last;
    for (;;) {
        try {
            last = await condition();
            if (last)
                return last;
        } catch (error) {
            last = error;
        }
        if (Date.now() > end)
            throw new Error(`${what}: not within ${seconds} s; last: ${last instanceof Error ? last.message : JSON.stringify(last)}`);
        await pause(everyMs);
    }
}
