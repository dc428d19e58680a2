#include "services/reporting/rules.h"

#include <string.h>

#include "common/json.h"

enum { END = 100 }; /* per cent: the clock ran out */

static size_t length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static bool lists(struct json_object *list, const char *word)
{
    for (size_t i = 0; word != NULL && i < length(list); i++) {
        const char *one = json_object_get_string(json_object_array_get_idx(list, i));
        if (one != NULL && strcmp(one, word) == 0)
            return true;
    }
    return false;
}

int rules_check(struct json_object *rules)
{
    struct json_object *rates = rules == NULL ? NULL : wg_json_get(rules, "rates");
    if (length(rates) == 0 || wg_json_int(rules, "version") <= 0)
        return RULES_BAD;
    for (size_t i = 0; i < length(rates); i++) {
        struct json_object *rate = json_object_array_get_idx(rates, i);
        if (wg_json_text(rate, "rate") == NULL || length(wg_json_get(rate, "of")) == 0 ||
            length(wg_json_get(rate, "good")) == 0)
            return RULES_BAD;
    }
    return 0;
}

bool rules_untimed(struct json_object *rules, const char *type)
{
    return rules != NULL && lists(wg_json_get(rules, "untimed"), type);
}

bool rules_judges_on(struct json_object *rules, const char *type)
{
    return lists(wg_json_get(rules, "judged"), type);
}

/* ---- conditions */

static bool in_state(struct json_object *states, const struct rules_history *history)
{
    for (size_t i = 0; i < history->n; i++) {
        if (lists(states, history->events[i].state))
            return true;
        for (size_t k = 0; k < length(history->events[i].passed); k++)
            if (lists(states, json_object_get_string(
                                  json_object_array_get_idx(history->events[i].passed, k))))
                return true;
    }
    return false;
}

/* The place of the first event that is meant; n: none. */
static size_t first_of(struct json_object *condition, const struct rules_history *history)
{
    struct json_object *events = wg_json_get(condition, "event"),
                       *clocks = wg_json_get(condition, "clock");
    for (size_t i = 0; i < history->n; i++) {
        const struct rules_event *event = &history->events[i];
        if (lists(events, event->type) &&
            (clocks == NULL || (lists(clocks, event->clock) && event->mark >= END)))
            return i;
    }
    return history->n;
}

static bool happened(struct json_object *condition, const struct rules_history *history)
{
    struct json_object *before = wg_json_get(condition, "before");
    size_t at = first_of(condition, history);
    return at < history->n && (before == NULL || at < first_of(before, history));
}

/* What was said last; NULL: nothing. */
static struct json_object *said(struct json_object *condition, const struct rules_history *history)
{
    struct json_object *in = wg_json_get(condition, "in");
    const char *field = wg_json_text(condition, "said");
    for (size_t i = history->n; i > 0; i--) {
        const struct rules_event *event = &history->events[i - 1];
        struct json_object *value =
            lists(in, event->type) && json_object_is_type(event->input, json_type_object)
                ? wg_json_get(event->input, field)
                : NULL;
        if (value != NULL)
            return value;
    }
    return NULL;
}

static bool was_said(struct json_object *condition, const struct rules_history *history)
{
    struct json_object *value = said(condition, history), *is = wg_json_get(condition, "is"),
                       *least = wg_json_get(condition, "least");
    if (value == NULL)
        return false;
    if (is != NULL)
        return json_object_equal(value, is) != 0;
    return least == NULL || json_object_get_int64(value) >= json_object_get_int64(least);
}

static bool flagged(const char *flag, const struct rules_history *history)
{
    return (strcmp(flag, "training") == 0 && history->training) ||
           (strcmp(flag, "backfilled") == 0 && history->backfilled) ||
           (strcmp(flag, "reporter") == 0 && history->reporter);
}

static bool holds(struct json_object *condition, const struct rules_history *history)
{
    struct json_object *state = wg_json_get(condition, "state"),
                       *ends = wg_json_get(condition, "ends");
    bool yes = false;
    if (state != NULL)
        yes = in_state(state, history);
    else if (ends != NULL)
        yes = history->n > 0 && lists(ends, history->events[history->n - 1].state);
    else if (wg_json_get(condition, "event") != NULL)
        yes = happened(condition, history);
    else if (wg_json_text(condition, "said") != NULL)
        yes = was_said(condition, history);
    else if (wg_json_text(condition, "flag") != NULL)
        yes = flagged(wg_json_text(condition, "flag"), history);
    return yes != (json_object_get_boolean(wg_json_get(condition, "not")) != 0);
}

static bool all_hold(struct json_object *conditions, const struct rules_history *history)
{
    for (size_t i = 0; i < length(conditions); i++)
        if (!holds(json_object_array_get_idx(conditions, i), history))
            return false;
    return length(conditions) > 0;
}

/* ---- the verdict */

/* The first exclusion that fits; NULL: none. */
static struct json_object *excluded_by(struct json_object *exclusions, const char *rate,
                                       const struct rules_history *history)
{
    for (size_t i = 0; i < length(exclusions); i++) {
        struct json_object *exclusion = json_object_array_get_idx(exclusions, i);
        if (!lists(wg_json_get(exclusion, "except"), rate) &&
            all_hold(wg_json_get(exclusion, "if"), history))
            return exclusion;
    }
    return NULL;
}

enum rules_part rules_judge(struct json_object *rules, struct json_object *rate,
                            const struct rules_history *history, const char **ret_why)
{
    const char *name = wg_json_text(rate, "rate");
    bool counts =
        all_hold(wg_json_get(rate, "of"), history) || all_hold(wg_json_get(rate, "or"), history);
    struct json_object *exclusion = excluded_by(wg_json_get(rules, "exclude"), name, history);
    if (exclusion == NULL)
        exclusion = excluded_by(wg_json_get(rate, "exclude"), name, history);
    if (!counts && (exclusion == NULL || !json_object_get_boolean(wg_json_get(exclusion, "apart"))))
        return RULES_NOTHING;
    if (exclusion != NULL) {
        *ret_why = wg_json_text(exclusion, "why");
        return RULES_EXCLUDED;
    }
    return all_hold(wg_json_get(rate, "good"), history) ? RULES_NUMERATOR : RULES_DENOMINATOR;
}
