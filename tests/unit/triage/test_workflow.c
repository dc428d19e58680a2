/* Promise: what every action does in every state, in each of its variants, and who may, stands in
 * <workflow>.expected, one line each, as the engine does it: a change of a workflow or of the
 * engine shows there as its difference. And what is not in the table is refused, to everybody.
 * Arguments: the workflow and the table; with "print" instead of the table it is written anew, to
 * be reviewed. */
#include "tests/unit/test.h"
#include "tests/unit/triage/scene.h"

static const char *workflow_path, *expected_path;
static struct walking walking;

static int set_up(void **state)
{
    (void)state;
    walking_begin(&walking, workflow_path);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    walking_end(&walking);
    return 0;
}

/* ---- who and what, in words */

static const char *name_of(int64_t staff)
{
    for (size_t i = 0; i < walking.n; i++)
        if (walking.roles[i].staff == staff && staff != 0)
            return walking.roles[i].name;
    return "?";
}

static void put_notices(struct wg_text *table, const struct workflow_decision *decision)
{
    for (size_t i = 0; i < decision->n_notices; i++) {
        const struct workflow_notice *notice = &decision->notices[i];
        wg_text_printf(table, "%s%s@", i == 0 ? "; tells " : ", ", notice->rule);
        for (size_t s = 0; s < notice->n; s++)
            wg_text_printf(table, "%s%s", s == 0 ? "" : "+", name_of(notice->staff[s]));
        if (notice->to_reporter)
            wg_text_printf(table, "%sreporter", notice->n > 0 ? "+" : "");
    }
}

/* What is remembered and was not, or is otherwise. */
static void put_columns(struct wg_text *table, const struct workflow_case *before,
                        const struct workflow_case *after)
{
    if (after->level[0] != '\0' && strcmp(before->level, after->level) != 0)
        wg_text_printf(table, " level=%s", after->level);
    if (strcmp(before->grade, after->grade) != 0)
        wg_text_printf(table, " grade=%s", after->grade);
    if (strcmp(before->outcome, after->outcome) != 0)
        wg_text_printf(table, " outcome=%s", after->outcome);
    if (before->holder != after->holder)
        wg_text_printf(table, " holder=%s", after->holder == 0 ? "-" : name_of(after->holder));
    if (before->party != after->party)
        wg_text_printf(table, " party=%d", after->party);
    if (before->restricted != after->restricted)
        wg_text_printf(table, " restricted=%d", after->restricted);
    for (size_t i = before->n_tasks; i < after->n_tasks; i++)
        wg_text_printf(table, " task=%s", after->tasks[i].state);
}

/* ---- openings and forms */

static const char *const lacking[] = { "", "place", "outside", "grid", "category", "holder" };

static void put_opening(struct wg_text *table, const char *missing, const char *grade)
{
    const struct workflow_case nothing = { 0 };
    const struct workflow_case fresh = { .id = 5,
                                         .opened_at = fixture_time("2026-11-23T09:00:00+08:00") };
    struct workflow_facts facts =
        walking_facts(&walking, workflow_level(walking.workflow), missing);
    struct workflow_decision decision;
    snprintf(facts.grade, sizeof facts.grade, "%s", grade);
    workflow_open(walking.workflow, &fresh, &facts, &decision);
    WG_AUTO(wg_json_put) struct json_object *data = fixture_json(decision.data.bytes);
    wg_text_printf(
        table, "open     %-9s %-6s -> %s %s%s%s; passed %s;",
        missing[0] == '\0' ? "complete" : missing, grade, decision.after.state, decision.event,
        decision.after.reason[0] == '\0' ? "" : " waits=", decision.after.reason,
        json_object_to_json_string_ext(wg_json_get(data, "passed"), JSON_C_TO_STRING_PLAIN));
    scene_put_clocks(table, &nothing, &decision.after);
    put_notices(table, &decision);
    wg_text_put(table, "\n");
    workflow_decision_clear(&decision);
}

static void put_form(struct wg_text *table, const char *name, struct json_object *action)
{
    struct json_object *fields = wg_json_get(action, "fields");
    wg_text_printf(table, "form     %-20s", name);
    for (size_t i = 0; i < workflow_length(fields); i++) {
        struct json_object *field = json_object_array_get_idx(fields, i);
        const char *missing = wg_json_text(field, "missing");
        wg_text_printf(table, " %s:%s%s%s%s", wg_json_text(field, "name"),
                       wg_json_text(field, "type"), walking_required(field) ? "!" : "",
                       missing == NULL ? "" : "?", missing == NULL ? "" : missing);
    }
    wg_text_put(table, "\n");
}

static void put_approvals(struct wg_text *table)
{
    static const char *const levels[] = { "grid", "community", "street", "district" };
    json_object_object_foreach(walking_part(&walking, "approvals"), name, approval)
    {
        wg_text_printf(
            table, "approval %-14s then %s, else %s:", name, wg_json_text(approval, "then"),
            wg_json_text(approval, "else") == NULL ? "-" : wg_json_text(approval, "else"));
        for (size_t l = 0; l < WG_COUNT(levels); l++) {
            wg_text_printf(table, "%s %s", l == 0 ? "" : ";", levels[l]);
            for (size_t i = 0; i < workflow_length(wg_json_get(approval, "steps")); i++)
                wg_text_printf(table, " %s",
                               walking_post(walking.workflow,
                                            workflow_item(wg_json_get(approval, "steps"), i),
                                            levels[l]));
        }
        wg_text_put(table, "\n");
    }
}

static void put_clock_rules(struct wg_text *table)
{
    struct json_object *grades = walking_part(&walking, "round_the_clock");
    for (size_t i = 0; i < workflow_length(grades); i++)
        wg_text_printf(table, "clock    of %s: round the clock\n", workflow_item(grades, i));
    json_object_object_foreach(walking_part(&walking, "clocks"), name, rule)
    {
        const struct workflow_clock_rule *clock = workflow_clock_rule(walking.workflow, name);
        WG_AUTO(wg_text_destroy) struct wg_text limit = { 0 };
        if (clock->until == NULL)
            wg_limit_write(&clock->limit, &limit, NULL);
        wg_text_printf(table, "clock    %-14s %s%s%s of %s; warns", name,
                       clock->until == NULL ? limit.bytes : "until ",
                       clock->until == NULL ? "" : clock->until, clock->due ? " due" : "",
                       clock->owner);
        for (size_t i = 0; i < clock->n_warn; i++)
            wg_text_printf(table, " %d%%", clock->warn[i]);
        wg_text_printf(table, " %s; at its end %s", clock->on_warn == NULL ? "-" : clock->on_warn,
                       clock->on_breach == NULL ? "-" : clock->on_breach);
        wg_text_printf(table, "%s%s%s%s\n", clock->over == NULL ? "" : "; over: ",
                       clock->over == NULL ? "" : clock->over,
                       clock->cap == NULL ? "" : "; before ", clock->cap == NULL ? "" : clock->cap);
        (void)rule;
    }
}

/* ---- steps */

/* Who may do what in a state: bits by role. */
enum { STATES_MOST = 96, ACTIONS_MOST = 200 };
static bool may[STATES_MOST][ACTIONS_MOST][POSTS_MOST + 16];

struct at {
    const char *state, *action;
    size_t of_state, of_action, variant;
    bool of_task;
    struct json_object *row;
};

/* Whether this role would take this very variant. */
static bool takes(const struct at *at, const struct scene *scene, size_t role,
                  struct workflow_actor *ret_actor)
{
    struct workflow_case after = scene->before;
    struct workflow_row chosen, own;
    const char *why = NULL;
    *ret_actor = walking_actor(&walking, role, &scene->before);
    struct workflow_step step = scene_step(&walking, scene, ret_actor, &after);
    WG_AUTO(wg_json_put) struct json_object *input = walking_variant_input(at->row, at->variant);
    step.input = input;
    step.task = at->of_task ? &scene->before.tasks[0] : NULL;
    workflow_row_at(at->row, at->variant, &own);
    return workflow_choose(&step, at->row, &chosen, &why) == 0 && chosen.row == own.row;
}

static int act(const struct at *at, const struct scene *scene, const struct workflow_actor *actor,
               struct workflow_decision *ret_decision)
{
    const char *why = NULL;
    WG_AUTO(wg_json_put) struct json_object *input = walking_variant_input(at->row, at->variant);
    WG_AUTO(wg_problem_destroy) struct wg_problem *problem = wg_problem_new(422, "t", "t", "t");
    const struct workflow_facts facts = walking_named(&walking, at->action, &scene->facts);
    const struct workflow_ask ask = { &scene->before, at->action, at->of_task ? 1 : 0, actor,
                                      &facts,         input,      scene->now };
    return workflow_step(walking.workflow, &ask, ret_decision, problem, &why);
}

static void put_outcome(struct wg_text *table, const struct at *at, const struct scene *scene,
                        const struct workflow_actor *actor)
{
    struct workflow_row row;
    struct workflow_decision decision = { 0 };
    workflow_row_at(at->row, at->variant, &row);
    int refusal = act(at, scene, actor, &decision);
    if (refusal != 0)
        fail_msg("%s in %s: refused (%d) to whoever may", at->action, at->state, refusal);
    const char *to = at->of_task ? decision.after.tasks[0].state : decision.after.state;
    scene_put_list(table, " if ", workflow_member(&row, "guards"));
    scene_put_list(table, " needs ", workflow_member(&row, "needs"));
    wg_text_printf(table, " -> %s; %s%s%s;", strcmp(to, at->state) == 0 ? "stays" : to,
                   decision.event, decision.deciding ? "" : " (note)",
                   workflow_flag(&row, "undoable") ? " (undoable)" : "");
    scene_put_clocks(table, &scene->before, &decision.after);
    put_columns(table, &scene->before, &decision.after);
    scene_put_list(table, "; ", workflow_member(&row, "effects"));
    put_notices(table, &decision);
    wg_text_put(table, "\n");
    workflow_decision_clear(&decision);
}

static void put_line(struct wg_text *table, const struct at *at, const struct scene *scene,
                     const char *label)
{
    struct workflow_actor actor, first = workflow_itself;
    struct workflow_row row;
    WG_AUTO(wg_text_destroy) struct wg_text who = { 0 };
    char name[160];
    workflow_row_at(at->row, at->variant, &row);
    for (size_t role = 0; role < walking.n; role++) {
        if (!takes(at, scene, role, &actor))
            continue;
        if (who.length == 0)
            first = actor;
        wg_text_printf(&who, " %s", walking.roles[role].name);
        may[at->of_state][at->of_action][role] = true;
    }
    bool system = workflow_length(workflow_member(&row, "by")) == 0;
    if (scene_asks_state(at->row, at->variant) &&
        (system ? !scene_holds(&walking, scene, &row) : who.length == 0))
        return;
    snprintf(name, sizeof name, "%s%s", at->action, label);
    wg_text_printf(table, "%s%-10s %-20s by", at->of_task ? "task " : "", at->state, name);
    wg_text_put(table, who.length > 0 ? who.bytes : system ? " the system" : " NOBODY\n");
    if (who.length > 0 || system)
        put_outcome(table, at, scene, who.length > 0 ? &first : &workflow_itself);
}

/* What approves: once for each step of each approval that can be asked for in this state. */
static void put_answers(struct wg_text *table, const struct at *at)
{
    json_object_object_foreach(walking_part(&walking, "approvals"), name, approval)
    {
        size_t steps = workflow_length(wg_json_get(approval, "steps"));
        struct json_object *then =
            wg_json_get(workflow_actions(walking.workflow), wg_json_text(approval, "then"));
        struct workflow_row row;
        workflow_row_at(then, 0, &row);
        for (size_t i = 0; i < steps && scene_from(&walking, &row, at->state); i++) {
            char label[80];
            WG_AUTO(wg_json_put)
            struct json_object *asked = walking_asked_input(&walking, name);
            struct scene scene = scene_of(&walking, at->state, at->row, at->variant),
                         wanted = scene_of(&walking, at->state, then, 0);
            scene.before.n_clocks = wanted.before.n_clocks;
            scene.before.n_pauses = wanted.before.n_pauses;
            memcpy(scene.before.clocks, wanted.before.clocks, sizeof wanted.before.clocks);
            memcpy(scene.before.pauses, wanted.before.pauses, sizeof wanted.before.pauses);
            workflow_set_word(&scene.before, "asked", name);
            workflow_set_number(&scene.before, "asked_step", (int64_t)i);
            workflow_set_number(&scene.before, "asked_by", ASKER);
            workflow_set_number(&scene.before, "asked_n", 4);
            scene.facts.asked_input = asked;
            snprintf(label, sizeof label, "(%s %zu/%zu)", name, i + 1, steps);
            put_line(table, at, &scene, label);
        }
    }
}

static bool shuts_out(const struct workflow_row *row)
{
    return workflow_flag(row, "approve") || workflow_flag(row, "refuse");
}

/* Held by a person and held by a unit: one line where it is the same for both, else one for each.
 */
static void put_both(struct wg_text *table, const struct at *at, const struct scene *scene,
                     const char *label)
{
    struct workflow_row row;
    struct scene person = *scene, unit = *scene;
    WG_AUTO(wg_text_destroy) struct wg_text of_person = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text of_unit = { 0 };
    workflow_row_at(at->row, at->variant, &row);
    if (scene_split(&walking, &row, &person, &unit)) {
        put_line(&of_person, at, &person, scene_labelled(label, " person").text);
        put_line(&of_unit, at, &unit, scene_labelled(label, " unit").text);
    }
    if (scene_differ(&of_person, &of_unit))
        wg_text_printf(table, "%s%s", of_person.bytes, of_unit.bytes);
    else
        put_line(table, at, scene, label);
}

static void put_variant(struct wg_text *table, const struct at *at)
{
    static const char nothing[] = "{}";
    char label[12] = "";
    struct workflow_row row;
    workflow_row_at(at->row, at->variant, &row);
    if (shuts_out(&row)) {
        put_answers(table, at);
        return;
    }
    struct scene scene = scene_of(&walking, at->state, at->row, at->variant);
    WG_AUTO(wg_json_put) struct json_object *former = fixture_json(nothing);
    scene.facts.last_before = workflow_flag(&row, "undo") ? former : NULL;
    if (at->of_task)
        scene_tasks(&scene, 1);
    if (at->of_task)
        wg_copy(scene.before.tasks[0].state, sizeof scene.before.tasks[0].state, at->state);
    if (wg_json_get(at->row, "rows") != NULL)
        snprintf(label, sizeof label, "/%zu", at->variant + 1);
    put_both(table, at, &scene, label);
}

/* An action that does not begin here is refused to everybody, and said to be so. */
static void refuse_all(const struct at *at)
{
    const struct scene scene = scene_of(&walking, at->state, at->row, 0);
    for (size_t role = 0; role < walking.n; role++) {
        struct workflow_decision decision = { 0 };
        const struct workflow_actor actor = walking_actor(&walking, role, &scene.before);
        ROW(at->action, act(at, &scene, &actor, &decision) == STEP_ILLEGAL);
        ROW(at->action, decision.data.length == 0);
    }
}

static void put_steps(struct wg_text *table, size_t of_state, const char *state)
{
    size_t of_action = 0;
    json_object_object_foreach(workflow_actions(walking.workflow), name, action)
    {
        struct workflow_row row;
        bool begins = false;
        struct at at = { .state = state,
                         .action = name,
                         .of_state = of_state,
                         .of_action = of_action++,
                         .row = action };
        for (at.variant = 0; workflow_row_at(action, at.variant, &row); at.variant++) {
            if (!scene_from(&walking, &row, state))
                continue;
            begins = true;
            put_variant(table, &at);
        }
        if (!begins)
            refuse_all(&at);
    }
}

static void put_task_steps(struct wg_text *table, size_t of_state, const char *state)
{
    size_t of_action = 0;
    json_object_object_foreach(wg_json_get(workflow_tasks(walking.workflow), "actions"), name,
                               action)
    {
        struct workflow_row row;
        struct at at = { .state = state,
                         .action = name,
                         .of_state = of_state,
                         .of_action = of_action++,
                         .of_task = true,
                         .row = action };
        for (at.variant = 0; workflow_row_at(action, at.variant, &row); at.variant++)
            if (workflow_contains(workflow_member(&row, "from"), state))
                put_variant(table, &at);
    }
}

/* ---- and the same by role */

static void put_rights(struct wg_text *table, const char *kind, size_t of_state, const char *state,
                       struct json_object *actions)
{
    for (size_t role = 0; role < walking.n; role++) {
        size_t of_action = 0;
        bool any = false;
        json_object_object_foreach(actions, name, action)
        {
            (void)action;
            if (!may[of_state][of_action++][role])
                continue;
            if (!any)
                wg_text_printf(table, "%s      %-10s %-16s", kind, state, walking.roles[role].name);
            any = true;
            wg_text_printf(table, " %s", name);
        }
        if (any)
            wg_text_put(table, "\n");
    }
}

static void put_case_states(struct wg_text *table)
{
    size_t of_state = 0;
    json_object_object_foreach(walking_part(&walking, "states"), state, value)
    {
        (void)value;
        put_steps(table, of_state++, state);
    }
    of_state = 0;
    json_object_object_foreach(walking_part(&walking, "states"), again, still)
    {
        (void)still;
        put_rights(table, "may ", of_state++, again, workflow_actions(walking.workflow));
    }
}

static void put_task_states(struct wg_text *table)
{
    struct json_object *states = wg_json_get(workflow_tasks(walking.workflow), "states"),
                       *actions = wg_json_get(workflow_tasks(walking.workflow), "actions");
    size_t of_state = WORKFLOW_STATES;
    if (states == NULL)
        return;
    json_object_object_foreach(states, state, value)
    {
        (void)value;
        put_task_steps(table, of_state++, state);
    }
    of_state = WORKFLOW_STATES;
    json_object_object_foreach(states, again, still)
    {
        (void)still;
        put_rights(table, "task", of_state++, again, actions);
    }
}

static void put_table(struct wg_text *table)
{
    static const char *const grades[] = { "small", "urgent" };
    memset(may, 0, sizeof may);
    wg_text_printf(table,
                   "# What the workflow does, in every state, for everybody. Written by\n"
                   "# test-triage-workflow schema/workflows/%s.json print\n"
                   "# and reviewed. Clocks: +starts (! the case's deadline) -stops |pauses >goes on"
                   " ~moved.\n# A line's effects are the file's own words; before them stands what"
                   " they came to in a\n# case at the grid where nothing else is said. handler: of"
                   " the party that has the case.\n",
                   workflow_name(walking.workflow));
    for (size_t g = 0; g < WG_COUNT(grades); g++)
        for (size_t i = 0; i < WG_COUNT(lacking); i++)
            put_opening(table, lacking[i], grades[g]);
    json_object_object_foreach(workflow_actions(walking.workflow), name, action)
    {
        put_form(table, name, action);
    }
    put_approvals(table);
    put_clock_rules(table);
    put_case_states(table);
    put_task_states(table);
}

static void test_table(void **state)
{
    WG_AUTO(wg_text_destroy) struct wg_text table = { 0 };
    WG_AUTO(wg_free) char *want = fixture_file(expected_path);
    int line = 1;
    (void)state;
    put_table(&table);
    for (char *left = want, *right = table.bytes; *left != '\0' || *right != '\0'; line++) {
        size_t l = strcspn(left, "\n"), r = strcspn(right, "\n");
        if (l != r || memcmp(left, right, l) != 0)
            fail_msg("line %d\n  expected: %.*s\n  found:    %.*s", line, (int)l, left, (int)r,
                     right);
        left += l + (left[l] != '\0');
        right += r + (right[r] != '\0');
    }
    assert_null(strstr(want, "NOBODY"));
}

static int print(void)
{
    WG_AUTO(wg_text_destroy) struct wg_text table = { 0 };
    set_up(NULL);
    put_table(&table);
    fputs(table.bytes, stdout);
    tear_down(NULL);
    return 0;
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_table) };
    if (argc != 3)
        return 2;
    workflow_path = argv[1];
    expected_path = argv[2];
    if (strcmp(expected_path, "print") == 0)
        return print();
    return cmocka_run_group_tests_name("workflow", tests, set_up, tear_down);
}
