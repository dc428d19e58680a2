/* What a case is to each rate by the real rules: rows of {history, rate, part}. Unanswered is
 * unrated and never satisfied; what was said last counts; who is left out is never counted. */
#include <string.h>

#include "common/json.h"

#include "services/reporting/rules.h"
#include "tests/unit/test.h"

static const char *path;

struct row {
    const char *name, *rate;
    enum rules_part part;
    const char *why;
    struct {
        const char *type, *state, *clock, *input;
    } events[5];
    bool training, backfilled, nobody;
};

#define DID(type, state)                                                                           \
    {                                                                                              \
        type, state, NULL, NULL                                                                    \
    }
#define SAID(type, state, input)                                                                   \
    {                                                                                              \
        type, state, NULL, input                                                                   \
    }
#define RAN_OUT(state, clock)                                                                      \
    {                                                                                              \
        "clock.breached", state, clock, NULL                                                       \
    }

static const struct row rows[] = {
    { "never dispatched", "response", RULES_NOTHING, NULL,
      .events = { DID("case.opened", "reported") } },
    { "contacted", "response", RULES_NUMERATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.contacted", "working") } },
    { "contacted too late", "response", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), RAN_OUT("working", "contact"),
                  DID("case.contacted", "working") } },
    { "another clock ran out before", "response", RULES_NUMERATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), RAN_OUT("working", "accept"),
                  DID("case.contacted", "working") } },
    { "nobody to contact", "response", RULES_EXCLUDED, "no-reporter",
      .events = { DID("case.dispatched", "dispatched") }, .nobody = true },
    { "entered later", "response", RULES_EXCLUDED, "backfilled",
      .events = { DID("case.dispatched", "dispatched") }, .backfilled = true },
    { "training comes before all", "response", RULES_EXCLUDED, "training",
      .events = { DID("case.dispatched", "dispatched") }, .training = true, .backfilled = true },
    { "nobody asked", "satisfied", RULES_EXCLUDED, "unrated",
      .events = { DID("case.closed", "closed") } },
    { "asked, without a score", "satisfied", RULES_EXCLUDED, "unrated",
      .events = { SAID("case.called_back", "verified", "{\"solved\":true}"),
                  DID("case.closed", "closed") } },
    { "and solved", "solved", RULES_NUMERATOR, NULL,
      .events = { SAID("case.called_back", "verified", "{\"solved\":true}"),
                  DID("case.closed", "closed") } },
    { "four of five", "satisfied", RULES_NUMERATOR, NULL,
      .events = { SAID("case.rated", "verified", "{\"solved\":true,\"score\":4}") } },
    { "three of five", "satisfied", RULES_DENOMINATOR, NULL,
      .events = { SAID("case.rated", "verified", "{\"solved\":true,\"score\":3}") } },
    { "the last word counts", "satisfied", RULES_DENOMINATOR, NULL,
      .events = { SAID("case.called_back", "verified", "{\"solved\":true,\"score\":5}"),
                  SAID("case.rated", "closed", "{\"solved\":false,\"score\":1}") } },
    { "unreasonable", "solved", RULES_EXCLUDED, "unreasonable",
      .events = { DID("case.unreasonable", "verified"),
                  SAID("case.called_back", "verified", "{\"solved\":false,\"score\":1}") } },
    { "never done, and over its limit", "on-time", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), RAN_OUT("working", "resolve") } },
    { "done in time", "on-time", RULES_NUMERATOR, NULL,
      .events = { DID("case.resolved", "resolved"), DID("case.closed", "closed") } },
    { "void", "return", RULES_EXCLUDED, "void",
      .events = { DID("case.dispatched", "dispatched"), DID("case.void", "void") } },
    { "returned", "first-dispatch", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.returned", "filed") } },
    { "returned, of the returned", "return", RULES_NUMERATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.returned", "filed") } },
    { "solved on the spot is not dispatched right", "first-dispatch", RULES_EXCLUDED,
      "self-handled",
      .events = { DID("case.opened", "dispatched"), DID("case.self_handled", "closed") } },
    { "nor returned", "return", RULES_EXCLUDED, "self-handled",
      .events = { DID("case.opened", "dispatched"), DID("case.self_handled", "closed") } },
    { "nor held", "hold", RULES_EXCLUDED, "self-handled",
      .events = { DID("case.opened", "dispatched"), DID("case.self_handled", "cleared") } },
    { "nor extended", "extension", RULES_EXCLUDED, "self-handled",
      .events = { DID("case.opened", "dispatched"), DID("case.self_handled", "closed") } },
    { "nor opened again", "reopen", RULES_EXCLUDED, "self-handled",
      .events = { DID("case.self_handled", "closed") } },
    { "its number shows where it was never dispatched", "first-dispatch", RULES_EXCLUDED,
      "self-handled", .events = { DID("case.self_handled", "closed") } },
    { "nobody was asked", "satisfied", RULES_NOTHING, NULL,
      .events = { DID("case.self_handled", "closed") } },
    { "a figure of its own", "self-handled", RULES_NUMERATOR, NULL,
      .events = { DID("case.self_handled", "closed") } },
    { "which is of all that was closed", "self-handled", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.closed", "closed") } },
    { "looked at and not done: a case like others", "first-dispatch", RULES_NUMERATOR, NULL,
      .events = { DID("case.self_handled", "closed"), DID("case.reworked", "reported"),
                  DID("case.dispatched", "dispatched"), DID("case.closed", "closed") } },
    { "and no longer solved on the spot", "self-handled", RULES_DENOMINATOR, NULL,
      .events = { DID("case.self_handled", "closed"), DID("case.reworked", "reported"),
                  DID("case.dispatched", "dispatched"), DID("case.closed", "closed") } },
    { "training comes before all else", "first-dispatch", RULES_EXCLUDED, "training",
      .events = { DID("case.opened", "dispatched"), DID("case.self_handled", "closed") },
      .training = true },
    { "three vain calls on record", "response", RULES_NUMERATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.contact_failed", "working"),
                  DID("case.contact_failed", "working"), DID("case.unreachable", "working") } },
    { "one is not enough", "response", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), DID("case.contact_failed", "working") } },
    { "on record too late", "response", RULES_DENOMINATOR, NULL,
      .events = { DID("case.dispatched", "dispatched"), RAN_OUT("working", "contact"),
                  DID("case.unreachable", "working") } },
    { "opened again", "reopen", RULES_NUMERATOR, NULL,
      .events = { DID("case.closed", "closed"), DID("case.reopened", "dispatched") } },
};

static struct json_object *rate_of(struct json_object *rules, const char *name)
{
    struct json_object *rates = wg_json_get(rules, "rates");
    for (size_t i = 0; i < json_object_array_length(rates); i++)
        if (strcmp(wg_json_text(json_object_array_get_idx(rates, i), "rate"), name) == 0)
            return json_object_array_get_idx(rates, i);
    fail_msg("no rate %s", name);
    return NULL;
}

static void judge(struct json_object *rules, const struct row *row)
{
    struct rules_event events[WG_COUNT(row->events)];
    struct rules_history history = { .training = row->training,
                                     .backfilled = row->backfilled,
                                     .reporter = !row->nobody,
                                     .events = events };
    const char *why = NULL;
    while (history.n < WG_COUNT(events) && row->events[history.n].type != NULL) {
        size_t i = history.n++;
        const char *input = row->events[i].input;
        events[i] =
            (struct rules_event){ .type = row->events[i].type,
                                  .state = row->events[i].state,
                                  .clock = row->events[i].clock,
                                  .mark = 100,
                                  .input = input == NULL ? NULL : json_tokener_parse(input) };
    }
    enum rules_part part = rules_judge(rules, rate_of(rules, row->rate), &history, &why);
    if (part != row->part || (row->why != NULL && (why == NULL || strcmp(why, row->why) != 0)))
        fail_msg("%s: %d %s", row->name, part, why == NULL ? "" : why);
    for (size_t i = 0; i < history.n; i++)
        json_object_put(events[i].input);
}

static void test_rows(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put) struct json_object *rules = json_object_from_file(path);
    assert_int_equal(rules_check(rules), 0);
    for (size_t i = 0; i < WG_COUNT(rows); i++)
        judge(rules, &rows[i]);
}

static void test_warning_is_no_breach(void **state)
{
    (void)state;
    WG_AUTO(wg_json_put) struct json_object *rules = json_object_from_file(path);
    const struct rules_event events[] = {
        { .type = "clock.breached", .state = "working", .clock = "resolve", .mark = 80 },
        { .type = "case.resolved", .state = "resolved" },
    };
    const struct rules_history history = { .reporter = true, .n = 2, .events = events };
    const char *why;
    assert_int_equal(rules_judge(rules, rate_of(rules, "on-time"), &history, &why),
                     RULES_NUMERATOR);
    assert_true(rules_judges_on(rules, "clock.breached"));
    assert_false(rules_judges_on(rules, "case.noted"));
    assert_true(rules_untimed(rules, "case.self_handled"));
    assert_false(rules_untimed(rules, "case.closed"));
    assert_false(rules_untimed(NULL, "case.self_handled"));
}

static void test_bad(void **state)
{
    static const char *const bad[] = {
        "{}",
        "{\"version\":0,\"rates\":[{\"rate\":\"a\",\"of\":[{}],\"good\":[{}]}]}",
        "{\"version\":1,\"rates\":[]}",
        "{\"version\":1,\"rates\":[{\"rate\":\"a\",\"of\":[{}]}]}",
        "{\"version\":1,\"rates\":[{\"of\":[{}],\"good\":[{}]}]}",
    };
    (void)state;
    for (size_t i = 0; i < WG_COUNT(bad); i++) {
        WG_AUTO(wg_json_put) struct json_object *rules = json_tokener_parse(bad[i]);
        assert_int_equal(rules_check(rules), RULES_BAD);
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_warning_is_no_breach),
        cmocka_unit_test(test_bad),
    };
    path = argc > 1 ? argv[1] : "";
    return cmocka_run_group_tests(tests, NULL, NULL);
}
