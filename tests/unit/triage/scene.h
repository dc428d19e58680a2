/* A case as one variant of an action wants it: in its state, with its guards met, and those of the
 * variants before it not. */
#pragma once

#include <stdlib.h>

#include "common/clock.h"
#include "common/memory.h"

#include "tests/unit/triage/walking.h"

struct scene {
    struct workflow_case before;
    struct workflow_facts facts;
    int64_t now;
};

struct scene_guard {
    char name[40];
    char op; /* '?' there is one, '!' none, '=', '#' (!=), '<', '>' (>=) */
    const char *value;
};

static inline struct scene_guard scene_guard(const char *text)
{
    static const struct {
        const char *op;
        char letter;
    } ops[] = { { "!=", '#' }, { ">=", '>' }, { "<", '<' }, { "=", '=' } };
    struct scene_guard guard = { .op = text[0] == '!' ? '!' : '?', .value = "" };
    for (size_t i = 0; i < WG_COUNT(ops); i++) {
        const char *at = strstr(text, ops[i].op);
        if (at == NULL)
            continue;
        guard.op = ops[i].letter;
        guard.value = at + strlen(ops[i].op);
        snprintf(guard.name, sizeof guard.name, "%.*s", (int)(at - text), text);
        return guard;
    }
    snprintf(guard.name, sizeof guard.name, "%s", text + (guard.op == '!'));
    return guard;
}

static inline void scene_tasks(struct scene *scene, int64_t n)
{
    struct workflow_case *before = &scene->before;
    for (before->n_tasks = 0; (int64_t)before->n_tasks < n && n < WORKFLOW_TASKS; before->n_tasks++)
        before->tasks[before->n_tasks] = (struct workflow_task){ .k = (int32_t)before->n_tasks + 1,
                                                                 .party = TASK_PARTY,
                                                                 .state = "assigned",
                                                                 .open = true };
}

static inline void scene_links(struct scene *scene, const char *kind, int64_t n)
{
    struct workflow_case *before = &scene->before;
    for (before->n_links = 0; (int64_t)before->n_links < n && n < WORKFLOW_LINKS;
         before->n_links++) {
        struct workflow_link *link = &before->links[before->n_links];
        *link = (struct workflow_link){ .holder = FORMER };
        wg_copy(link->kind, sizeof link->kind, kind);
        wg_copy(link->level, sizeof link->level, before->level);
    }
}

static inline void scene_word(struct scene *scene, const char *name, const char *word)
{
    struct workflow_case *before = &scene->before;
    if (strcmp(name, "level") == 0)
        wg_copy(before->level, sizeof before->level, word);
    else if (strcmp(name, "grade") == 0)
        wg_copy(before->grade, sizeof before->grade, word);
    else if (strcmp(name, "outcome") == 0)
        wg_copy(before->outcome, sizeof before->outcome, word);
    else if (word[0] == '\0')
        workflow_unset(before, name);
    else if (strcmp(name, "state") != 0)
        workflow_set_word(before, name, word);
}

static inline void scene_number(struct scene *scene, const char *name, int64_t n)
{
    struct workflow_case *before = &scene->before;
    if (strcmp(name, "holder") == 0)
        before->holder = n == 0 ? 0 : HOLDER;
    else if (strcmp(name, "party") == 0)
        before->party = n == 0 ? 0 : PARTY;
    else if (strcmp(name, "resolver") == 0)
        before->resolver = n;
    else if (strcmp(name, "restricted") == 0)
        before->restricted = n != 0;
    else if (strcmp(name, "tasks") == 0)
        scene_tasks(scene, n);
    else if (strcmp(name, "handed") == 0 || strcmp(name, "raised") == 0)
        scene_links(scene, name, n);
    else if (strcmp(name, "reports") == 0)
        scene->facts.reports = (int32_t)n;
    else if (strcmp(name, "children") == 0)
        scene->facts.children = (int32_t)n;
    else if (strcmp(name, "reporter") == 0)
        scene->facts.reporter_known = scene->facts.reporter_has_mail = n != 0;
    else if (strcmp(name, "stand_in") == 0)
        scene->facts.stand_in = n == 0 ? 0 : STAND_IN;
    else if (strcmp(name, "opened_at") == 0)
        before->opened_at = n;
    else if (n == 0)
        workflow_unset(before, name);
    else
        workflow_set_number(before, name, n);
}

/* An id whose sample lies on the side that is wanted. */
static inline void scene_sample(struct scene *scene, struct scene_guard guard, bool want)
{
    for (scene->before.id = 1; scene->before.id < 100000; scene->before.id++) {
        int64_t sample =
            (int64_t)((((uint64_t)scene->before.id * UINT64_C(2654435761)) >> 16) % 100);
        bool below = sample < strtoll(guard.value, NULL, 10);
        if ((below == (guard.op == '<')) == want)
            return;
    }
}

static inline void scene_since(struct scene *scene, struct scene_guard guard, bool want)
{
    char bare[40];
    const char *dot = strchr(guard.name, '.');
    int64_t unit = (strcmp(dot, ".days") == 0 ? 86400 : 3600) * WG_SECOND,
            n = strtoll(guard.value, NULL, 10);
    bool below = (guard.op == '<') == want;
    snprintf(bare, sizeof bare, "%.*s", (int)(dot - guard.name), guard.name);
    scene_number(scene, bare, scene->now - (below ? (n > 0 ? n - 1 : 0) : n) * unit);
}

static inline const char *scene_level(const char *level)
{
    static const char *const levels[] = { "grid", "community", "street", "district", "grid" };
    size_t i = 0;
    while (i < 3 && strcmp(levels[i], level) != 0)
        i++;
    return levels[i + 1];
}

/* Makes a guard hold, or not. */
static inline void scene_make(struct scene *scene, const char *text, bool want)
{
    struct scene_guard guard = scene_guard(text);
    bool number =
        guard.value[0] != '\0' && strspn(guard.value, "0123456789") == strlen(guard.value);
    int64_t n = strtoll(guard.value, NULL, 10);
    if (strcmp(guard.name, "sample") == 0)
        scene_sample(scene, guard, want);
    else if (strchr(guard.name, '.') != NULL)
        scene_since(scene, guard, want);
    else if (guard.op == '?' || guard.op == '!')
        (strcmp(guard.name, "outcome") == 0
             ? scene_word(scene, guard.name, (guard.op == '?') == want ? "done" : "")
             : scene_number(scene, guard.name, (guard.op == '?') == want));
    else if (guard.op == '<' || guard.op == '>')
        scene_number(scene, guard.name, (guard.op == '<') == want ? (n > 0 ? n - 1 : 0) : n);
    else if (number)
        scene_number(scene, guard.name, (guard.op == '=') == want ? n : n + 1);
    else if (guard.value[0] == '@')
        scene_number(scene, guard.name, RESOLVER);
    else
        scene_word(scene, guard.name,
                   (guard.op == '=') == want          ? guard.value
                   : strcmp(guard.name, "level") == 0 ? scene_level(scene->before.level)
                                                      : "");
}

static inline struct workflow_step scene_step(const struct walking *walking,
                                              const struct scene *scene,
                                              const struct workflow_actor *actor,
                                              struct workflow_case *after)
{
    return (struct workflow_step){ .workflow = walking->workflow,
                                   .before = &scene->before,
                                   .after = after,
                                   .facts = &scene->facts,
                                   .actor = actor,
                                   .now = scene->now };
}

static inline bool scene_holds(const struct walking *walking, const struct scene *scene,
                               const struct workflow_row *row)
{
    struct workflow_case after = scene->before;
    const struct workflow_step step = scene_step(walking, scene, &workflow_itself, &after);
    struct json_object *guards = workflow_member(row, "guards");
    for (size_t i = 0; i < workflow_length(guards); i++)
        if (!workflow_holds(&step, workflow_item(guards, i)))
            return false;
    return true;
}

static inline void scene_meet(const struct walking *walking, struct scene *scene,
                              const struct workflow_row *row)
{
    struct json_object *guards = workflow_member(row, "guards");
    for (int again = 0; again < 3 && !scene_holds(walking, scene, row); again++)
        for (size_t i = 0; i < workflow_length(guards); i++) {
            struct workflow_case after = scene->before;
            const struct workflow_step step = scene_step(walking, scene, &workflow_itself, &after);
            if (!workflow_holds(&step, workflow_item(guards, i)))
                scene_make(scene, workflow_item(guards, i), true);
        }
}

static inline bool scene_from(const struct walking *walking, const struct workflow_row *row,
                              const char *state)
{
    struct json_object *from = workflow_member(row, "from");
    return workflow_contains(from, state) ||
           (workflow_contains(from, "any") && !workflow_is_final(walking->workflow, state));
}

/* The variants before it are shut, as far as its own guards let them. */
static inline void scene_shut(const struct walking *walking, struct scene *scene,
                              const struct workflow_row *row, const struct workflow_row *earlier)
{
    struct json_object *guards = workflow_member(earlier, "guards");
    for (size_t i = 0; i < workflow_length(guards) && scene_holds(walking, scene, earlier); i++) {
        struct scene other = *scene;
        scene_make(&other, workflow_item(guards, i), false);
        if (scene_holds(walking, &other, row) && !scene_holds(walking, &other, earlier))
            *scene = other;
    }
}

static inline void scene_clock(struct scene *scene, const char *name, bool until, bool standing)
{
    struct workflow_case *before = &scene->before;
    struct workflow_clock *clock = &before->clocks[before->n_clocks++];
    *clock = (struct workflow_clock){ .start = scene->now - 3600 * WG_SECOND,
                                      .due = standing ? 0 : scene->now + 86400 * WG_SECOND,
                                      .calendar = 7,
                                      .until = until };
    clock->limit.n = 1;
    clock->limit.unit = WG_DAY;
    wg_copy(clock->name, sizeof clock->name, name);
    if (!standing)
        return;
    struct workflow_pause *pause = &before->pauses[before->n_pauses++];
    *pause = (struct workflow_pause){ .from = scene->now - 1800 * WG_SECOND };
    wg_copy(pause->clock, sizeof pause->clock, name);
}

/* Every clock that the variant stops, pauses or resumes is there. */
static inline void scene_clocks(struct scene *scene, const struct workflow_row *row,
                                struct json_object *all)
{
    static const char *const lists[] = { "stop", "pause", "resume" };
    for (size_t l = 0; l < WG_COUNT(lists); l++) {
        struct json_object *list = workflow_member(row, lists[l]);
        bool whole = workflow_contains(list, "all");
        json_object_object_foreach(all, name, rule)
        {
            if (whole || workflow_contains(list, name))
                scene_clock(scene, name, wg_json_get(rule, "until") != NULL,
                            strcmp(lists[l], "resume") == 0);
        }
    }
}

/* Where it makes no difference, a party has the case beside a person. */
static inline bool scene_asks_party(struct json_object *action)
{
    struct workflow_row row;
    for (size_t r = 0; workflow_row_at(action, r, &row); r++)
        for (size_t i = 0; i < workflow_length(workflow_member(&row, "guards")); i++)
            if (strstr(workflow_item(workflow_member(&row, "guards"), i), "party") != NULL)
                return true;
    return false;
}

/* In this state, as variant i of the action wants it. */
static inline struct scene scene_of(const struct walking *walking, const char *state,
                                    struct json_object *action, size_t variant)
{
    struct workflow_row row, earlier;
    struct scene scene = { .now = fixture_time("2026-11-25T09:00:00+08:00") };
    struct workflow_case *before = &scene.before;
    *before = (struct workflow_case){ .id = 5,
                                      .version = 4,
                                      .decided = 4,
                                      .level = "grid",
                                      .grade = "small",
                                      .area = "410103007012001",
                                      .area_id = EAST,
                                      .born_area_id = EAST,
                                      .category = "road",
                                      .holder = HOLDER,
                                      .resolver = RESOLVER,
                                      .opened_at = fixture_time("2026-11-23T09:00:00+08:00") };
    wg_copy(before->state, sizeof before->state, state);
    scene.facts = walking_facts(walking, "grid", "");
    workflow_row_at(action, variant, &row);
    scene_meet(walking, &scene, &row);
    for (size_t i = 0; i < variant; i++)
        if (workflow_row_at(action, i, &earlier) && scene_from(walking, &earlier, state))
            scene_shut(walking, &scene, &row, &earlier);
    if (!scene_asks_party(action))
        before->party = PARTY;
    scene_clocks(&scene, &row, walking_part(walking, "clocks"));
    walking_people(walking, before->level, &scene.facts);
    if (workflow_word(&row, "to")[0] == '@')
        workflow_set_word(before, workflow_word(&row, "to") + 1, "somewhere");
    if (workflow_contains(workflow_member(&row, "by"), "former") && before->n_links == 0)
        scene_links(&scene, "handed", 1);
    scene.facts.last_at = scene.now - 60 * WG_SECOND;
    return scene;
}

/* ---- a case in words */

static inline void scene_put_list(struct wg_text *table, const char *before,
                                  struct json_object *list)
{
    for (size_t i = 0; i < workflow_length(list); i++)
        wg_text_printf(table, "%s%s", i == 0 ? before : " ", workflow_item(list, i));
}

static inline const struct workflow_clock *scene_clock_in(const struct workflow_case *of,
                                                          const char *name)
{
    for (size_t i = 0; i < of->n_clocks; i++)
        if (strcmp(of->clocks[i].name, name) == 0)
            return &of->clocks[i];
    return NULL;
}

static inline void scene_put_clocks(struct wg_text *table, const struct workflow_case *before,
                                    const struct workflow_case *after)
{
    if (before->n_clocks > 1 && after->n_clocks == 0) {
        wg_text_put(table, " -all");
        return;
    }
    for (size_t i = 0; i < before->n_clocks; i++) {
        const struct workflow_clock *was = &before->clocks[i],
                                    *is = scene_clock_in(after, was->name);
        if (is == NULL)
            wg_text_printf(table, " -%s", was->name);
        else if (is->start != was->start)
            wg_text_printf(table, " +%s", was->name);
        else if (is->due == 0 && was->due != 0)
            wg_text_printf(table, " |%s", was->name);
        else if (is->due != 0 && was->due == 0)
            wg_text_printf(table, " >%s", was->name);
        else if (is->due != was->due)
            wg_text_printf(table, " ~%s", was->name);
    }
    for (size_t i = 0; i < after->n_clocks; i++)
        if (scene_clock_in(before, after->clocks[i].name) == NULL)
            wg_text_printf(table, " +%s%s", after->clocks[i].name,
                           after->clocks[i].due == after->due_at ? "!" : "");
}

/* A line of one who holds a post or of a unit, with what must differ between them left out. */
static inline char *scene_alike(const struct wg_text *line)
{
    static const char *const own[] = { " party=0", " holder=-", " holder=holder",
                                       "+handler", "handler",   "holder" };
    char *text = wg_strdup(line->bytes == NULL ? "" : line->bytes);
    for (size_t i = 0; i < WG_COUNT(own); i++)
        for (char *at = text; (at = strstr(at, own[i])) != NULL;)
            memmove(at, at + strlen(own[i]), strlen(at + strlen(own[i])) + 1);
    return text;
}

/* Whether the two say more than who has the case; where one cannot be had there is but the other.
 */
static inline bool scene_differ(const struct wg_text *of_person, const struct wg_text *of_unit)
{
    WG_AUTO(wg_free) char *person = scene_alike(of_person);
    WG_AUTO(wg_free) char *unit = scene_alike(of_unit);
    const char *left = strstr(person, " by"), *right = strstr(unit, " by");
    bool had = strstr(person, "NOBODY") == NULL && strstr(unit, "NOBODY") == NULL;
    return had && left != NULL && right != NULL && strcmp(left, right) != 0;
}

/* The scene with a person alone and with a unit alone; false: the variant is not for both. */
static inline bool scene_split(const struct walking *walking, const struct workflow_row *row,
                               struct scene *person, struct scene *unit)
{
    person->before.party = 0;
    unit->before.holder = 0;
    unit->before.party = PARTY;
    return scene_holds(walking, person, row) && scene_holds(walking, unit, row);
}

/* True where a variant is for some states alone: in another it can not be had. */
static inline bool scene_asks_state(struct json_object *action, size_t variant)
{
    struct workflow_row row;
    for (size_t r = 0; r <= variant && workflow_row_at(action, r, &row); r++)
        for (size_t i = 0; i < workflow_length(workflow_member(&row, "guards")); i++)
            if (strncmp(workflow_item(workflow_member(&row, "guards"), i), "state", 5) == 0)
                return true;
    return false;
}

struct scene_label {
    char text[24];
};

static inline struct scene_label scene_labelled(const char *label, const char *more)
{
    struct scene_label labelled;
    snprintf(labelled.text, sizeof labelled.text, "%s%s", label, more);
    return labelled;
}
