/* Promise (law 4): what is ready goes together, in order, one flight at a time on a connection;
 * whatever PostgreSQL answers, each item ends exactly once, only the guilty are rejected, nobody's
 * fault is tried again later and later, and a fate that is not known is said to be so.
 *
 * Linked with batch.c alone: database, loop, clock, log and metrics are fakes.h. */
#include "common/batch.h"

#include "tests/unit/common/fakes.h"
#include "tests/unit/test.h"

enum { ITEMS = 16 };

static char trace[4000];

static void note(const char *word)
{
    size_t length = strlen(trace);
    snprintf(trace + length, sizeof trace - length, "%s", word);
}

/* ---- items, and what becomes of them: a letter for each */

struct item {
    char letter;
    uint64_t key;
    bool alone, poison;
    int done, rejected, expired;
};

static struct item items[ITEMS];
static struct wg_db dbs[2];
static struct wg_db *const connections[] = { &dbs[0], &dbs[1] };
static struct wg_batch *batch;
static bool poisoned, take_back;

static void note_items(const char *what, void **list, size_t n)
{
    char word[2] = "";
    note(what);
    for (size_t i = 0; i < n; i++) {
        word[0] = ((const struct item *)list[i])->letter;
        note(word);
    }
    note(" ");
}

static void build(struct wg_flight *flight, void **list, size_t n, void *arg)
{
    poisoned = false;
    for (size_t i = 0; i < n; i++)
        poisoned = poisoned || ((const struct item *)list[i])->poison;
    note_items("send:", list, n);
}

static void done(const struct wg_flight *flight, void **list, size_t n, void *arg)
{
    for (size_t i = 0; i < n; i++)
        ((struct item *)list[i])->done++;
    note_items("done:", list, n);
}

static void reject(void *item, const struct wg_flight *flight, void *arg)
{
    ((struct item *)item)->rejected++;
    note_items("reject:", &item, 1);
}

static void expired(void *item, bool unknown, void *arg)
{
    ((struct item *)item)->expired++;
    note_items(unknown ? "unknown:" : "expired:", &item, 1);
}

static bool again(const struct wg_flight *flight, void **list, size_t n, void *arg)
{
    if (take_back)
        note_items("back:", list, n);
    return take_back;
}

static uint64_t key_of(const void *item)
{
    return ((const struct item *)item)->key;
}

static bool is_alone(const void *item)
{
    return ((const struct item *)item)->alone;
}

static const struct wg_batch_rules plain = {
    .name = "test",
    .key = key_of,
    .alone = is_alone,
    .build = build,
    .done = done,
    .reject = reject,
    .again = again,
    .patience_ms = 5000,
    .expired = expired,
};

static void begin(const struct wg_batch_rules *rules, size_t n_dbs)
{
    struct wg_db *own[] = { connections[0], connections[1] };
    now = SECOND;
    soon = NULL;
    trace[0] = not_ready[0] = '\0';
    take_back = false;
    memset(dbs, 0, sizeof dbs);
    for (int i = 0; i < ITEMS; i++)
        items[i] = (struct item){ .letter = (char)('a' + i) };
    batch = wg_batch_new(NULL, rules, own, n_dbs, NULL);
}

/* The handler is over: what was added leaves. */
static void go(void)
{
    wg_callback *fn = soon;
    soon = NULL;
    if (fn != NULL)
        fn(soon_arg);
}

static void add(const char *letters)
{
    for (; *letters != '\0'; letters++)
        assert_int_equal(wg_batch_add(batch, &items[*letters - 'a'], 10), 0);
    go();
}

static void land(size_t db, enum wg_outcome outcome)
{
    struct wg_flight *flight = dbs[db].flying;
    assert_non_null(flight);
    dbs[db].flying = NULL;
    flight->outcome = outcome;
    flight->landed(flight, flight->arg);
    wg_flight_destroy(&flight);
}

static void pass(int64_t ms)
{
    now += ms * 1000;
    timer(timer_arg);
}

static void end(const char *want)
{
    if (strcmp(trace, want) != 0)
        fail_msg("\n  expected: %s\n  found:    %s", want, trace);
    for (size_t i = 0; i < WG_COUNT(dbs); i++)
        wg_flight_destroy(&dbs[i].flying);
    wg_batch_destroy(&batch);
}

/* ---- what goes together */

static void test_together(void **state)
{
    begin(&plain, 1);
    add("abc");
    assert_int_equal(wg_batch_waiting(batch), 0);
    now += 7;
    add("de");
    assert_int_equal(wg_batch_waiting(batch), 2);
    assert_int_equal(wg_batch_open(batch), 5);
    land(0, WG_COMMITTED);
    land(0, WG_COMMITTED);
    assert_int_equal(wg_batch_open(batch), 0);
    end("send:abc done:abc send:de done:de ");
}

static void test_sizes(void **state)
{
    struct wg_batch_rules rules = plain;
    rules.most_items = 3;
    rules.most_bytes = 20;
    begin(&rules, 1);
    add("abc");
    assert_int_equal(wg_batch_add(batch, &items[3], 1000), 0); /* larger than any flight */
    add("e");
    for (int i = 0; i < 4; i++)
        land(0, WG_COMMITTED);
    end("send:ab done:ab send:c done:c send:d done:d send:e done:e ");
    rules.most_bytes = 0;
    begin(&rules, 1);
    add("abcdefg");
    for (int i = 0; i < 3; i++)
        land(0, WG_COMMITTED);
    end("send:abc done:abc send:def done:def send:g done:g ");
}

static void test_full(void **state)
{
    struct wg_batch_rules rules = plain;
    rules.queue_items = 3;
    begin(&rules, 1);
    add("abc");
    assert_int_equal(wg_batch_add(batch, &items[3], 10), WG_BATCH_FULL);
    land(0, WG_COMMITTED);
    add("d");
    land(0, WG_COMMITTED);
    end("send:abc done:abc send:d done:d ");
    rules.queue_items = 0;
    rules.queue_bytes = 25;
    begin(&rules, 1);
    assert_int_equal(wg_batch_add(batch, &items[0], 1000), 0); /* the first is always taken */
    assert_int_equal(wg_batch_add(batch, &items[1], 1), WG_BATCH_FULL);
    end("");
}

static void test_keys(void **state)
{
    begin(&plain, 1);
    items[0].key = items[1].key = items[3].key = 77;
    items[2].key = 78;
    add("abcde");
    for (int i = 0; i < 3; i++)
        land(0, WG_COMMITTED);
    end("send:ace done:ace send:b done:b send:d done:d ");
}

static void test_alone(void **state)
{
    begin(&plain, 1);
    items[2].alone = true;
    add("abcde");
    for (int i = 0; i < 3; i++)
        land(0, WG_COMMITTED);
    end("send:ab done:ab send:c done:c send:de done:de ");
}

/* The second connection carries full batches only. */
static void test_two_connections(void **state)
{
    struct wg_batch_rules rules = plain;
    rules.most_items = 3;
    begin(&rules, 2);
    add("ab");
    add("cd");
    add("efg");
    land(1, WG_COMMITTED);
    land(0, WG_COMMITTED);
    land(0, WG_COMMITTED);
    end("send:ab send:cde done:cde done:ab send:fg done:fg ");
}

/* What comes after a pause leaves at once; else at the pace, or full. */
static void test_pace(void **state)
{
    struct wg_batch_rules rules = plain;
    rules.most_items = 3;
    rules.pace_ms = 10;
    begin(&rules, 1);
    now += 10000;
    add("a");
    land(0, WG_COMMITTED);
    now += 4000;
    add("bc");
    assert_string_equal(trace, "send:a done:a ");
    pass(6);
    land(0, WG_COMMITTED);
    add("def");
    land(0, WG_COMMITTED);
    now += 10000;
    add("g");
    land(0, WG_COMMITTED);
    end("send:a done:a send:bc done:bc send:def done:def send:g done:g ");
}

/* ---- who is to blame */

/* Every set of guilty ones among eight: each of them is rejected, everybody else is done. */
static void test_poison(void **state)
{
    for (unsigned guilty = 0; guilty < 256; guilty++) {
        int flights = 0;
        begin(&plain, 1);
        for (unsigned i = 0; i < 8; i++)
            items[i].poison = (guilty >> i & 1) != 0;
        add("abcdefgh");
        for (; dbs[0].flying != NULL; flights++)
            land(0, poisoned ? WG_ITEM : WG_COMMITTED);
        for (unsigned i = 0; i < 8; i++) {
            assert_int_equal(items[i].done, !items[i].poison);
            assert_int_equal(items[i].rejected, items[i].poison);
        }
        assert_in_range(flights, 1, 15);
        assert_int_equal(wg_batch_open(batch), 0);
        assert_false(wg_batch_troubled(batch));
        trace[0] = '\0';
        end("");
    }
}

static void test_timeout(void **state)
{
    begin(&plain, 1);
    add("ab");
    land(0, WG_TIMEOUT);
    land(0, WG_TIMEOUT);
    land(0, WG_COMMITTED);
    end("send:ab send:a reject:a send:b done:b ");
}

/* While something is held back, it alone is tried; what comes after waits behind it. */
static void test_nobody(void **state)
{
    begin(&plain, 1);
    add("ab");
    land(0, WG_NOBODY);
    assert_true(wg_batch_troubled(batch));
    add("c");
    pass(49);
    assert_null(dbs[0].flying);
    pass(50); /* 50 ms and at most half as much again */
    land(0, WG_NOBODY);
    pass(99);
    assert_null(dbs[0].flying);
    pass(60);
    land(0, WG_COMMITTED);
    assert_false(wg_batch_troubled(batch));
    land(0, WG_COMMITTED);
    end("send:ab send:ab send:ab done:ab send:c done:c ");
}

static void test_backoff_ends(void **state)
{
    struct wg_batch_rules rules = plain;
    rules.expired = NULL; /* who has no patience to lose waits for ever, at most 3 s at a time */
    begin(&rules, 1);
    add("a");
    for (int i = 0; i < 20; i++) {
        land(0, WG_NOBODY);
        pass(3001);
    }
    land(0, WG_COMMITTED);
    assert_int_equal(items[0].done, 1);
    trace[0] = '\0';
    end("");
}

static void test_service(void **state)
{
    begin(&plain, 1);
    add("a");
    land(0, WG_SERVICE);
    assert_string_equal(not_ready, "42501 no right");
    pass(1999);
    assert_null(dbs[0].flying);
    pass(1002);
    land(0, WG_COMMITTED);
    assert_string_equal(not_ready, "");
    end("send:a send:a done:a ");
}

static void test_taken_back(void **state)
{
    begin(&plain, 1);
    take_back = true;
    add("ab");
    land(0, WG_UNKNOWN);
    assert_int_equal(wg_batch_open(batch), 0);
    add("c");
    land(0, WG_COMMITTED);
    end("send:ab back:ab send:c done:c ");
}

/* ---- patience */

static void test_expired(void **state)
{
    begin(&plain, 1);
    add("a");
    add("bc");
    pass(4999);
    pass(2); /* b and c never left; a is on the wire and nobody's to give back */
    land(0, WG_COMMITTED);
    add("d");
    land(0, WG_NOBODY);
    pass(5001);
    assert_int_equal(wg_batch_open(batch), 0);
    end("send:a expired:b expired:c done:a send:d expired:d ");
}

static void test_unknown_fate(void **state)
{
    begin(&plain, 1);
    add("a");
    land(0, WG_UNKNOWN);
    for (int i = 0; i < 9; i++) {
        pass(3001);
        land(0, WG_NOBODY); /* even so: the first try may have written it */
    }
    pass(3000);
    assert_int_equal(items[0].expired, 1);
    assert_non_null(strstr(trace, "unknown:a"));
    assert_int_equal(wg_batch_open(batch), 0);
    trace[0] = '\0';
    end("");
}

/* Ended in the middle: what is queued, held back or on the wire is let go. */
static void test_destroyed(void **state)
{
    begin(&plain, 2);
    add("ab");
    land(0, WG_NOBODY);
    add("cd");
    pass(100);
    add("ef");
    trace[0] = '\0';
    end("");
    wg_batch_destroy(&batch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_together),     cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_full),         cmocka_unit_test(test_keys),
        cmocka_unit_test(test_alone),        cmocka_unit_test(test_two_connections),
        cmocka_unit_test(test_pace),         cmocka_unit_test(test_poison),
        cmocka_unit_test(test_timeout),      cmocka_unit_test(test_nobody),
        cmocka_unit_test(test_backoff_ends), cmocka_unit_test(test_service),
        cmocka_unit_test(test_taken_back),   cmocka_unit_test(test_expired),
        cmocka_unit_test(test_unknown_fate), cmocka_unit_test(test_destroyed),
    };
    return cmocka_run_group_tests_name("batch", tests, NULL, NULL);
}
