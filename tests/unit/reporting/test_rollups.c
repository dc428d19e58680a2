/* Promise: what enters a state leaves it again exactly once, at every level of the tree; a case is
 * counted in one category while it is open; a batch's rows come sorted and each once. A slow model
 * that keeps every case's place checks random histories. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "services/reporting/rollups.h"
#include "services/reporting/words.h"
#include "tests/unit/test.h"

static const char definition[] = "{\"states\":{\"a\":{},\"b\":{},\"end\":{\"final\":true}}}";

static struct words *words_of_test(void)
{
    struct words *words = words_new();
    assert_int_equal(words_add(words, 1, "request", definition), 0);
    return words;
}

static const struct rollups_row *find(const struct rollups_row *rows, size_t n, const char *area,
                                      const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(rows[i].area, area) == 0 && strcmp(rows[i].name, name) == 0)
            return &rows[i];
    return NULL;
}

static bool is(const struct rollups_row *row, int more, int less)
{
    return row == NULL ? more == 0 && less == 0 : row->more == more && row->less == less;
}

struct want {
    const char *area, *name;
    int more, less;
};

/* One event each; the rows that it gives in both tables, all of them. */
static const struct {
    const char *name;
    struct rollups_event event;
    struct want states[8], categories[3];
} events[] = {
    { "opened in a micro-grid",
      { 1, true, false, false, "41010300701200301", "a", "x", "41010300701200301", "a", "x" },
      { { "410103", "a", 1, 0 },
        { "410103007", "a", 1, 0 },
        { "410103007012", "a", 1, 0 },
        { "410103007012003", "a", 1, 0 },
        { "41010300701200301", "a", 1, 0 } },
      { { "410103007", "x", 1, 0 } } },
    { "opened in the root without a category",
      { 1, true, false, false, "410103", "a", NULL, "410103", "a", NULL },
      { { "410103", "a", 1, 0 } },
      { { "410103", "", 1, 0 } } },
    { "opened in a dedicated grid under a street: no community",
      { 1, true, false, false, "410103007000901", "a", "x", "410103007000901", "a", "x" },
      { { "410103", "a", 1, 0 }, { "410103007", "a", 1, 0 }, { "410103007000901", "a", 1, 0 } },
      { { "410103007", "x", 1, 0 } } },
    { "opened in a dedicated grid under the district: no street",
      { 1, true, false, false, "410103000000901", "a", "x", "410103000000901", "a", "x" },
      { { "410103", "a", 1, 0 }, { "410103000000901", "a", 1, 0 } },
      { { "410103", "x", 1, 0 } } },
    { "opened as a restricted case: in no figure",
      { 1, true, true, true, "410103007", "a", "x", "410103007", "a", "x" },
      { { NULL, NULL, 0, 0 } },
      { { NULL, NULL, 0, 0 } } },
    { "restricted from now on: it leaves",
      { 1, false, true, false, "410103", "b", "x", "410103", "a", "x" },
      { { "410103", "a", 0, 1 } },
      { { "410103", "x", 0, 1 } } },
    { "restricted no longer: it comes",
      { 1, false, false, true, "410103", "a", "x", "410103", "a", "x" },
      { { "410103", "a", 1, 0 } },
      { { "410103", "x", 1, 0 } } },
    { "another state",
      { 1, false, false, false, "410103007", "b", "x", "410103007", "a", "x" },
      { { "410103", "b", 1, 0 },
        { "410103", "a", 0, 1 },
        { "410103007", "b", 1, 0 },
        { "410103007", "a", 0, 1 } },
      { { NULL, NULL, 0, 0 } } },
    { "another street: the district sees nothing of it",
      { 1, false, false, false, "410103008", "a", "x", "410103007", "a", "x" },
      { { "410103008", "a", 1, 0 }, { "410103007", "a", 0, 1 } },
      { { "410103008", "x", 1, 0 }, { "410103007", "x", 0, 1 } } },
    { "down into a community: nothing above changes",
      { 1, false, false, false, "410103007012", "a", "x", "410103007", "a", "x" },
      { { "410103007012", "a", 1, 0 } },
      { { NULL, NULL, 0, 0 } } },
    { "given a category",
      { 1, false, false, false, "410103007", "a", "x", "410103007", "a", NULL },
      { { NULL, NULL, 0, 0 } },
      { { "410103007", "x", 1, 0 }, { "410103007", "", 0, 1 } } },
    { "ended",
      { 1, false, false, false, "410103", "end", "x", "410103", "a", "x" },
      { { "410103", "end", 1, 0 }, { "410103", "a", 0, 1 } },
      { { "410103", "x", 0, 1 } } },
    { "opened anew",
      { 1, false, false, false, "410103", "a", "x", "410103", "end", "x" },
      { { "410103", "a", 1, 0 }, { "410103", "end", 0, 1 } },
      { { "410103", "x", 1, 0 } } },
    { "opened and ended at once",
      { 1, true, false, false, "410103", "end", "x", "410103", "end", "x" },
      { { "410103", "end", 1, 0 } },
      { { NULL, NULL, 0, 0 } } },
    { "a note: nothing changes",
      { 1, false, false, false, "410103007", "a", "x", "410103007", "a", "x" },
      { { NULL, NULL, 0, 0 } },
      { { NULL, NULL, 0, 0 } } },
};

static bool all_there(const struct rollups_row *got, size_t n, const struct want *want)
{
    size_t wanted = 0;
    for (; want[wanted].area != NULL; wanted++)
        if (!is(find(got, n, want[wanted].area, want[wanted].name), want[wanted].more,
                want[wanted].less))
            return false;
    return n == wanted;
}

static void test_one(void **state)
{
    WG_AUTO(words_destroy) struct words *words = words_of_test();
    WG_AUTO(rollups_destroy) struct rollups *rollups = rollups_new();
    for (size_t i = 0; i < WG_COUNT(events); i++) {
        size_t n;
        rollups_clear(rollups);
        rollups_add(rollups, &events[i].event, words);
        const struct rollups_row *got = rollups_states(rollups, &n);
        ROW(events[i].name, all_there(got, n, events[i].states));
        got = rollups_categories(rollups, &n);
        ROW(events[i].name, all_there(got, n, events[i].categories));
    }
}

enum { CASES = 200, STEPS = 4000 };
static const char *const areas[] = { "410103",          "410103001",         "410103001001",
                                     "410103001001001", "41010300100100101", "410103002",
                                     "410103002003",    "410103002000901",   "410103000000901" };
static const char *const states[] = { "a", "b", "end" };
static const char *const categories[] = { NULL, "x", "y" };

/* However the histories went, entered − left of a prefix and state is the number of cases that
 * stand there now. */
static void test_stock(void **state)
{
    struct {
        const char *area, *state, *category;
    } cases[CASES] = { 0 };
    WG_AUTO(words_destroy) struct words *words = words_of_test();
    WG_AUTO(rollups_destroy) struct rollups *rollups = rollups_new();
    srand(7);
    for (int i = 0; i < STEPS; i++) {
        int id = rand() % CASES;
        struct rollups_event event = { .day = 1, .first = cases[id].area == NULL };
        event.was_area = event.first ? areas[0] : cases[id].area;
        event.was_state = event.first ? states[0] : cases[id].state;
        event.was_category = cases[id].category;
        event.area = cases[id].area = areas[(size_t)rand() % WG_COUNT(areas)];
        event.state = cases[id].state = states[(size_t)rand() % WG_COUNT(states)];
        event.category = cases[id].category = categories[(size_t)rand() % WG_COUNT(categories)];
        rollups_add(rollups, &event, words);
    }
    size_t n, m;
    const struct rollups_row *in_state = rollups_states(rollups, &n),
                             *in_category = rollups_categories(rollups, &m);
    for (size_t s = 0; s < WG_COUNT(states); s++) {
        for (size_t a = 0; a < 3; a++) { /* the district, a street, a community */
            int stock = 0;
            for (int id = 0; id < CASES; id++)
                stock += strcmp(cases[id].state, states[s]) == 0 &&
                         wg_area_inside(cases[id].area, areas[a]);
            const struct rollups_row *row = find(in_state, n, areas[a], states[s]);
            ROW(areas[a], (row == NULL ? 0 : row->more - row->less) == stock);
        }
    }
    for (size_t c = 0; c < WG_COUNT(categories); c++) {
        const char *name = categories[c] == NULL ? "" : categories[c];
        int open = 0, counted = 0;
        for (int id = 0; id < CASES; id++)
            open += cases[id].category == categories[c] && strcmp(cases[id].state, "end") != 0;
        for (size_t i = 0; i < m; i++)
            counted += strcmp(in_category[i].name, name) == 0
                           ? in_category[i].more - in_category[i].less
                           : 0;
        ROW(name, open == counted);
    }
}

/* More rows than the table begins with, in a bad order. */
static void test_many(void **state)
{
    WG_AUTO(words_destroy) struct words *words = words_of_test();
    WG_AUTO(rollups_destroy) struct rollups *rollups = rollups_new();
    for (int round = 0; round < 2; round++) {
        size_t n;
        for (int i = 8000; i > 0; i--) {
            char area[WG_AREA_ROOM];
            snprintf(area, sizeof area, "410103%03d%03d", 1 + i % 20, 1 + i % 401);
            const struct rollups_event event = { i % 3, true, false, false, area,
                                                 "a",   "x",  area,  "a",   "x" };
            rollups_add(rollups, &event, words);
        }
        const struct rollups_row *rows = rollups_states(rollups, &n);
        int sum = 0;
        for (size_t i = 0; i < n; i++) {
            int order = i == 0 ? -1 : strcmp(rows[i - 1].area, rows[i].area);
            ROW(rows[i].area, order < 0 || (order == 0 && rows[i - 1].day < rows[i].day));
            sum += rows[i].more;
        }
        assert_int_equal(sum, 3 * 8000);
        rollups_clear(rollups);
        rollups_states(rollups, &n);
        assert_int_equal(n, 0);
        rollups_clear(rollups);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_one),
        cmocka_unit_test(test_stock),
        cmocka_unit_test(test_many),
    };
    return cmocka_run_group_tests_name("rollups", tests, NULL, NULL);
}
