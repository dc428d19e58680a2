/* See render.h. Everything that could be wrong with a rule is said when its file is read; nothing
 * is judged when a text is filled in. Deliberately not here: reading the files (rules.c), letters
 * as bytes (letter.c). */
#include "services/notification/render.h"

#include <json-c/json.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/json.h"

enum { NAME_MOST = 40, SUBJECT_MOST = 200, BODY_MOST = 4000, VARIABLE_MOST = 16 };

static const char *const variables[RENDER_VARIABLES] = {
    [RENDER_NUMBER] = "number", [RENDER_TITLE] = "title",   [RENDER_AREA] = "area",
    [RENDER_STATE] = "state",   [RENDER_REASON] = "reason", [RENDER_DUE] = "due",
    [RENDER_HOLDER] = "holder", [RENDER_LINK] = "link",
};
static const char *const languages[RENDER_LANGUAGES] = { [RENDER_ZH] = "zh", [RENDER_EN] = "en" };
static const char *const parts[RENDER_PARTS] = {
    [RENDER_SUBJECT] = "subject", [RENDER_BODY] = "body"
};
static const char *const unset[RENDER_LANGUAGES] = {
    [RENDER_ZH] = "未定", [RENDER_EN] = "not set"
};

/* The variable whose name stands at `at` (behind the brace); RENDER_VARIABLES: none of ours. */
static enum render_variable variable_at(const char *at, size_t length)
{
    for (enum render_variable i = 0; i < RENDER_VARIABLES; i++)
        if (strlen(variables[i]) == length && memcmp(variables[i], at, length) == 0)
            return i;
    return RENDER_VARIABLES;
}

static int fault(struct wg_text *ret_fault, const char *where, const char *why)
{
    wg_text_printf(ret_fault, "%s: %s", where, why);
    return RENDER_BAD;
}

static int check_template(const char *text, const char *where, struct wg_text *ret_fault)
{
    for (const char *at = text; (at = strpbrk(at, "{}")) != NULL; at++) {
        if (*at == '}')
            return fault(ret_fault, where, "} without {");
        const char *name = at + 1;
        size_t length = strcspn(name, "{}");
        if (name[length] != '}' || length > VARIABLE_MOST)
            return fault(ret_fault, where, "{ without }");
        if (variable_at(name, length) == RENDER_VARIABLES) {
            wg_text_printf(ret_fault, "%s: {%.*s} is no variable", where, (int)length, name);
            return RENDER_BAD;
        }
        at = name + length;
    }
    return 0;
}

static int take_text(struct json_object *file, struct render_rule *rule, enum render_part part,
                     enum render_language language, struct wg_text *ret_fault)
{
    char where[32];
    snprintf(where, sizeof where, "/%s/%s", parts[part], languages[language]);
    const char *text = wg_json_text(wg_json_get(file, parts[part]), languages[language]);
    if (text == NULL || *text == '\0')
        return fault(ret_fault, where, "must be a text that is not empty");
    size_t most = part == RENDER_SUBJECT ? SUBJECT_MOST : BODY_MOST;
    if (wg_utf8_count(text, strlen(text)) > most)
        return fault(ret_fault, where, "is too long");
    if (part == RENDER_SUBJECT && strpbrk(text, "\r\n") != NULL)
        return fault(ret_fault, where, "must be one line");
    rule->text[part][language] = wg_strdup(text);
    return check_template(text, where, ret_fault);
}

/* Members of an object that are in no list are a mistake that would otherwise be swallowed. */
static int check_members(struct json_object *object, const char *where, const char *const *names,
                         struct wg_text *ret_fault)
{
    if (!json_object_is_type(object, json_type_object))
        return fault(ret_fault, where, "must be an object");
    json_object_object_foreach(object, key, value)
    {
        size_t i = 0;
        (void)value;
        while (names[i] != NULL && strcmp(names[i], key) != 0)
            i++;
        if (names[i] == NULL) {
            wg_text_printf(ret_fault, "%s/%s: unknown member", where, key);
            return RENDER_BAD;
        }
    }
    return 0;
}

struct channel {
    const char *name;
    bool *used;
};

static int take_channels(struct json_object *file, const char *member,
                         const struct channel *channels, size_t n, struct wg_text *ret_fault)
{
    struct json_object *list = wg_json_get(file, member);
    if (!json_object_is_type(list, json_type_array)) {
        wg_text_printf(ret_fault, "/%s: must be a list", member);
        return RENDER_BAD;
    }
    for (size_t at = 0; at < json_object_array_length(list); at++) {
        struct json_object *entry = json_object_array_get_idx(list, at);
        const char *name =
            json_object_is_type(entry, json_type_string) ? json_object_get_string(entry) : "";
        size_t i = 0;
        while (i < n && strcmp(channels[i].name, name) != 0)
            i++;
        if (i == n || *channels[i].used) {
            wg_text_printf(ret_fault, "/%s/%zu: no such channel, or named twice", member, at);
            return RENDER_BAD;
        }
        *channels[i].used = true;
    }
    return 0;
}

static int take_file(struct json_object *file, const char *name, struct render_rule *rule,
                     struct wg_text *ret_fault)
{
    static const char *const members[] = { "rule",    "channels", "to_reporter_channels",
                                           "subject", "body",     NULL };
    static const char *const both[] = { "zh", "en", NULL };
    const struct channel staff[] = { { "inbox", &rule->inbox }, { "mail", &rule->mail } };
    const struct channel reporter[] = { { "mail", &rule->reporter_mail } };
    if (check_members(file, "", members, ret_fault) != 0)
        return RENDER_BAD;
    const char *said = wg_json_text(file, "rule");
    if (said == NULL || strcmp(said, name) != 0 || strlen(name) > NAME_MOST)
        return fault(ret_fault, "/rule", "must be the name of the file");
    rule->name = wg_strdup(name);
    if (take_channels(file, "channels", staff, WG_COUNT(staff), ret_fault) != 0 ||
        take_channels(file, "to_reporter_channels", reporter, WG_COUNT(reporter), ret_fault) != 0)
        return RENDER_BAD;
    for (enum render_part part = 0; part < RENDER_PARTS; part++) {
        char where[16];
        snprintf(where, sizeof where, "/%s", parts[part]);
        if (check_members(wg_json_get(file, parts[part]), where, both, ret_fault) != 0)
            return RENDER_BAD;
        for (enum render_language language = 0; language < RENDER_LANGUAGES; language++)
            if (take_text(file, rule, part, language, ret_fault) != 0)
                return RENDER_BAD;
    }
    return 0;
}

int render_rule_parse(const char *name, const char *bytes, size_t length,
                      struct render_rule **ret_rule, struct wg_text *ret_fault)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put) struct json_object *file = wg_json_parse(bytes, length, &verdict);
    if (file == NULL) {
        wg_text_printf(ret_fault, "byte %zu: %s", verdict.offset,
                       wg_json_fault_text(verdict.fault, 1));
        return RENDER_BAD;
    }
    WG_AUTO(render_rule_destroy) struct render_rule *rule = wg_new(sizeof *rule);
    if (take_file(file, name, rule, ret_fault) != 0)
        return RENDER_BAD;
    *ret_rule = rule;
    rule = NULL;
    return 0;
}

void render_rule_destroy(struct render_rule **rule)
{
    if (*rule == NULL)
        return;
    for (size_t part = 0; part < RENDER_PARTS; part++)
        for (size_t language = 0; language < RENDER_LANGUAGES; language++)
            free((*rule)->text[part][language]);
    free((*rule)->name);
    free(*rule);
    *rule = NULL;
}

/* ---- filling in */

static void add_value(struct wg_text *out, const char *value)
{
    for (; *value != '\0'; value++) {
        bool control = (unsigned char)*value < ' ' || *value == '\x7f';
        wg_text_add(out, control ? " " : value, 1);
    }
}

void render_add(struct wg_text *out, const struct render_rule *rule, enum render_part part,
                enum render_language language, const struct render_values *values)
{
    const char *at = rule->text[part][language];
    while (*at != '\0') {
        size_t plain = strcspn(at, "{");
        wg_text_add(out, at, plain);
        at += plain;
        if (*at == '\0')
            break;
        size_t length = strcspn(at + 1, "}");
        enum render_variable variable = variable_at(at + 1, length);
        const char *value = variable < RENDER_VARIABLES ? values->of[variable][language] : NULL;
        add_value(out, value == NULL || *value == '\0' ? unset[language] : value);
        at += length + 2;
    }
}

void render_subject(struct wg_text *out, const struct render_rule *rule,
                    const struct render_values *values)
{
    render_add(out, rule, RENDER_SUBJECT, RENDER_ZH, values);
    wg_text_put(out, " / ");
    render_add(out, rule, RENDER_SUBJECT, RENDER_EN, values);
}

void render_body(struct wg_text *out, const struct render_rule *rule,
                 const struct render_values *values)
{
    render_add(out, rule, RENDER_BODY, RENDER_ZH, values);
    wg_text_put(out, "\n\n----------\n\n");
    render_add(out, rule, RENDER_BODY, RENDER_EN, values);
    wg_text_put(out, "\n");
}
