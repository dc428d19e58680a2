/* The rules of schema/notices, read once at start (render.h says what a rule is). */
#pragma once

#include "services/notification/render.h"

enum { RULES_MOST = 64 };

struct rules {
    size_t n;
    struct render_rule *of[RULES_MOST];
};

enum { RULES_BAD = 1 };

/* Reads every *.json of the folder. RULES_BAD: ret_fault says which file, where and why; nothing is
 * kept. */
int rules_read(struct rules *rules, const char *folder, struct wg_text *ret_fault) WG_MUST_USE;
void rules_clear(struct rules *rules);

/* NULL: no such rule. */
const struct render_rule *rules_find(const struct rules *rules, const char *name);
