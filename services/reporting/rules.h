/* What a case is to each rate, judged from its history by schema/rates. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

#include "common/memory.h"

/* An event; texts are borrowed and NULL where there is none. */
struct rules_event {
    const char *type, *state, *clock;
    int64_t mark;               /* per cent of the clock */
    struct json_object *passed; /* states that were walked through */
    struct json_object *input;
};

struct rules_history {
    bool training, backfilled, reporter;
    size_t n;
    const struct rules_event *events; /* oldest first */
};

enum { RULES_BAD = 1 };
/* RULES_BAD: no version, or no rates. */
int rules_check(struct json_object *rules) WG_MUST_USE;

/* True where `judged` names this type of event: cases are judged when it happens, too, not only
 * from their end on. */
bool rules_judges_on(struct json_object *rules, const char *type);

/* True where `untimed` names this type of event: an end that came by it says nothing of how long
 * such cases take. rules may be NULL. */
bool rules_untimed(struct json_object *rules, const char *type);

enum rules_part { RULES_EXCLUDED = -1, RULES_DENOMINATOR, RULES_NUMERATOR, RULES_NOTHING };
/* What the case is to this rate; ret_why: of an exclusion, borrowed from the rules. */
enum rules_part rules_judge(struct json_object *rules, struct json_object *rate,
                            const struct rules_history *history, const char **ret_why);
