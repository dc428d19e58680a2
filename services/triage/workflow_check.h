/* What is wrong with a workflow file beyond what stops it from being taken: states that nothing
 * leads to or from, clocks that nobody starts or stops, actions that nobody may take, words that
 * are never said or never heard, posts that the roster leaves empty or with one person where the
 * file asks for a second. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

enum { FINDINGS_MOST = 500 };

struct workflow_finding {
    char at[160]; /* pointer (RFC 6901) of the value that it is about */
    char zh[240], en[240];
};

struct workflow_findings {
    size_t n;
    struct workflow_finding
        rows[FINDINGS_MOST]; /* those beyond are counted by nobody: mend these */
};

struct workflow_checked {
    struct json_object *definition;
    struct json_object
        *notices; /* names of the notice rules that there are; NULL = not looked at */
    /* {"items": [{"posts": [{"post", "area"}]}], "areas": [code]} as GET /api/v1/staff has the
     * items, one for each person; without areas those count in which somebody has a post. NULL =
     * not looked at. */
    struct json_object *roster;
};

/* A file that would be refused gives that one finding, and no other. */
void workflow_check(const struct workflow_checked *checked, struct workflow_findings *ret_findings);

/* The line (from 1) of what the pointer names in the file's bytes, which are sound JSON; where it
 * is missing, that of what should have it. */
size_t workflow_line(const char *bytes, const char *pointer);
