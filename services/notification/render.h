/* What people are told, by rule: a file of schema/notices judged once, and its texts filled in.
 * Pure. A rule says which channels it uses; its texts exist in Chinese and English and name only
 * variables that we know, so that filling one in cannot fail. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "common/memory.h"
#include "common/text.h"

enum render_language { RENDER_ZH, RENDER_EN, RENDER_LANGUAGES };
enum render_part { RENDER_SUBJECT, RENDER_BODY, RENDER_PARTS };

enum render_variable {
    RENDER_NUMBER, /* of the report or case */
    RENDER_TITLE,
    RENDER_AREA,
    RENDER_STATE,  /* after the event, in words */
    RENDER_REASON, /* why the case waits */
    RENDER_DUE,
    RENDER_HOLDER,
    RENDER_LINK,
    RENDER_VARIABLES
};

struct render_rule {
    char *name;
    bool inbox, mail;   /* for the staff that a notice names */
    bool reporter_mail; /* for who reported */
    char *text[RENDER_PARTS][RENDER_LANGUAGES];
};

enum { RENDER_BAD = 1 };

/* Judges the bytes of the file <name>.json. The caller owns the rule. RENDER_BAD: ret_fault says
 * where (a JSON pointer) and why. Refused are unknown members, channels and variables, a missing
 * language, empty texts, a subject of several lines, and a rule that is not named like its file. */
int render_rule_parse(const char *name, const char *bytes, size_t length,
                      struct render_rule **ret_rule, struct wg_text *ret_fault) WG_MUST_USE;
void render_rule_destroy(struct render_rule **rule);

/* In each language; NULL or "" is shown as 未定 / not set. Borrowed. */
struct render_values {
    const char *of[RENDER_VARIABLES][RENDER_LANGUAGES];
};

/* Appends one text of the rule. Control characters in a value become spaces, so that no value can
 * begin a line. */
void render_add(struct wg_text *out, const struct render_rule *rule, enum render_part part,
                enum render_language language, const struct render_values *values);

/* The subject of a letter: both languages, Chinese first; and its body likewise. Append. */
void render_subject(struct wg_text *out, const struct render_rule *rule,
                    const struct render_values *values);
void render_body(struct wg_text *out, const struct render_rule *rule,
                 const struct render_values *values);
