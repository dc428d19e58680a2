/* Who and what the fields of an action name: staff, parties, areas, categories, other cases.
 * Whether they exist is judged here, before the engine is asked. */
#include <stdio.h>
#include <string.h>

#include "common/json.h"
#include "common/text.h"

#include "services/triage/action.h"

/* ---- staff */

static void collect(struct action *action, const char *code)
{
    for (size_t i = 0; i < action->n_names; i++)
        if (strcmp(action->names[i].code, code) == 0)
            return;
    if (action->n_names < ACTION_NAMES && strlen(code) < sizeof action->names[0].code) {
        action->names[action->n_names].staff = 0; /* not of what an earlier round found */
        action->names[action->n_names].barred = false;
        wg_copy(action->names[action->n_names++].code, sizeof action->names[0].code, code);
    }
}

/* The list of tasks in an input; ret_field: where. NULL = none. */
static struct json_object *tasks_in(struct json_object *input, const char **ret_field)
{
    if (input == NULL)
        return NULL;
    json_object_object_foreach(input, field, value)
    {
        *ret_field = field;
        if (json_object_is_type(value, json_type_array) &&
            json_object_is_type(json_object_array_get_idx(value, 0), json_type_object))
            return value;
    }
    return NULL;
}

struct json_object *action_words(const struct action *action)
{
    bool grants = action->task == 0 && action->row.asked_input != NULL &&
                  workflow_flagged(action->workflow, action->name, "approve");
    return grants ? action->row.asked_input : action->input;
}

/* The list of tasks that are given; ret_field: where. NULL = none. */
static struct json_object *tasks_of(const struct action *action, const char **ret_field)
{
    return action->task != 0 ? NULL : tasks_in(action_words(action), ret_field);
}

/* The list of parties that are invited; ret_field: where. NULL = none. */
static struct json_object *parties_of(const struct action *action, const char **ret_field)
{
    const char *field = workflow_field_of_type(action->workflow, action->name, "parties");
    struct json_object *list =
        action->task != 0 || field == NULL ? NULL : wg_json_get(action->input, field);
    *ret_field = field;
    return json_object_is_type(list, json_type_array) ? list : NULL;
}

/* Of those that are looked at. */
static size_t list_count(struct json_object *list)
{
    size_t n = list == NULL ? 0 : json_object_array_length(list);
    return n < WORKFLOW_TASKS ? n : WORKFLOW_TASKS;
}

void action_collect_names(struct action *action)
{
    const char *at, *field = workflow_field_of_type(action->workflow, action->name, "staff");
    struct json_object *tasks = tasks_of(action, &at);
    const char *code = field == NULL ? NULL : wg_json_text(action->input, field);
    action->n_names = 0;
    if (code != NULL)
        collect(action, code);
    for (size_t i = 0; i < list_count(tasks); i++) {
        code = wg_json_text(json_object_array_get_idx(tasks, i), "staff");
        if (code != NULL)
            collect(action, code);
    }
}

/* Whoever is chosen must have a post somewhere inside what the chooser may read, and may not be one
 * from whom the case is kept. */
void action_take_names(struct action *action, const PGresult *rows)
{
    for (int row = 0; row < PQntuples(rows); row++) {
        char areas[400];
        bool here = false;
        wg_copy(areas, sizeof areas, wg_get_text(rows, row, 2));
        for (char *area = strtok(areas, ","); area != NULL; area = strtok(NULL, ","))
            here = here || wg_may_read(&action->caller, area);
        for (size_t i = 0; here && i < action->n_names; i++)
            if (strcmp(action->names[i].code, wg_get_text(rows, row, 0)) == 0) {
                action->names[i].barred = !wg_get_bool(rows, row, 3);
                action->names[i].staff = action->names[i].barred ? 0 : wg_get_i64(rows, row, 1);
            }
    }
}

static int64_t staff_named(const struct action *action, const char *code)
{
    for (size_t i = 0; code != NULL && i < action->n_names; i++)
        if (strcmp(action->names[i].code, code) == 0)
            return action->names[i].staff;
    return 0;
}

/* ---- what is chosen */

static const struct city_party *party_named(const struct action *action, const char *code)
{
    return code == NULL ? NULL : city_party_by_code(&action->knowledge->city, code);
}

/* The i-th code of a list; NULL: it is no text, which the form says. */
static const char *code_at(struct json_object *list, size_t i)
{
    struct json_object *code = json_object_array_get_idx(list, i);
    return json_object_is_type(code, json_type_string) ? json_object_get_string(code) : NULL;
}

/* The code in the field of a type; NULL = none was given. */
static const char *field_of(const struct action *action, const char *type)
{
    const char *field = workflow_field_of_type(action->workflow, action->name, type);
    return action->task != 0 || field == NULL ? NULL : wg_json_text(action->input, field);
}

void action_chosen(const struct action *action, struct facts_input *ret_input)
{
    const char *category = field_of(action, "category"), *area = field_of(action, "area");
    const struct city_party *party = party_named(action, field_of(action, "party"));
    *ret_input = (struct facts_input){
        .category = category == NULL ? "" : category,
        .area = area == NULL ? "" : area,
        .holder = staff_named(action, field_of(action, "staff")),
        .party = party == NULL ? 0 : party->id,
    };
}

void action_name_tasks(const struct action *action, struct workflow_facts *facts)
{
    const char *field;
    struct json_object *tasks = tasks_of(action, &field);
    for (size_t i = 0; i < list_count(tasks); i++) {
        struct json_object *given = json_object_array_get_idx(tasks, i);
        const struct city_party *party = party_named(action, wg_json_text(given, "party"));
        struct workflow_named *named = &facts->named[i];
        named->staff = staff_named(action, wg_json_text(given, "staff"));
        named->party = party == NULL ? 0 : party->id;
        named->ordered = party == NULL || party->ordered;
        if (party != NULL) {
            facts_people(&action->knowledge->city, party->id, &named->people);
            facts_add_party(&action->knowledge->city, party->id, facts);
        }
        if (named->staff != 0 && named->people.n < WORKFLOW_PEOPLE)
            named->people.staff[named->people.n++] = named->staff;
    }
}

void action_name_parties(const struct action *action, struct workflow_facts *facts)
{
    const char *field;
    struct json_object *parties = parties_of(action, &field);
    facts->n_invited = list_count(parties);
    for (size_t i = 0; i < facts->n_invited; i++) {
        const struct city_party *party = party_named(action, code_at(parties, i));
        if (party == NULL)
            continue;
        facts->named[i].party = party->id;
        facts_people(&action->knowledge->city, party->id, &facts->named[i].people);
    }
}

/* ---- what is not there */

static void no_such_party(struct wg_problem *problem, const char *pointer)
{
    wg_problem_error(problem, pointer, "没有这个单位", "no such party");
}

static void judge_person(const struct action *action, const char *pointer, const char *code,
                         struct wg_problem *problem)
{
    bool barred = false;
    if (code == NULL || staff_named(action, code) != 0)
        return;
    for (size_t i = 0; i < action->n_names; i++)
        barred = barred || (action->names[i].barred && strcmp(action->names[i].code, code) == 0);
    if (barred)
        wg_problem_error(problem, pointer, "被反映的人员及其负责人以下的人员不能经手此事件",
                         "whom the case is about, and who is below their chief, may not have it");
    else
        wg_problem_error(problem, pointer, "没有这个人员，或不在此处任职",
                         "no such person, or not with a post here");
}

static void judge_place(const struct action *action, struct wg_problem *problem)
{
    const struct city *city = &action->knowledge->city;
    const char *category = field_of(action, "category"), *area = field_of(action, "area");
    if (category != NULL && city_category(city, category) == NULL)
        wg_problem_error(problem, "/category", "没有这个类别", "no such category");
    if (area != NULL && city_area_by_code(city, area) == NULL)
        wg_problem_error(problem, "/area", "没有这个区域", "no such area");
    else if (area != NULL && city_depth(city_area_by_code(city, area)->level) < city_depth("grid"))
        wg_problem_error(problem, "/area", "应是网格或微网格", "must be a grid or a micro-grid");
}

static void judge_tasks(const struct action *action, struct wg_problem *problem)
{
    const char *field = "";
    struct json_object *tasks = tasks_of(action, &field);
    char pointer[80];
    for (size_t i = 0; i < list_count(tasks); i++) {
        struct json_object *given = json_object_array_get_idx(tasks, i);
        const char *party = wg_json_text(given, "party"), *staff = wg_json_text(given, "staff");
        if (party != NULL && party_named(action, party) == NULL) {
            snprintf(pointer, sizeof pointer, "/%s/%zu/party", field, i);
            no_such_party(problem, pointer);
        }
        snprintf(pointer, sizeof pointer, "/%s/%zu/staff", field, i);
        judge_person(action, pointer, staff, problem);
    }
}

static void judge_parties(const struct action *action, struct wg_problem *problem)
{
    const char *field = "";
    struct json_object *parties = parties_of(action, &field);
    char pointer[80];
    for (size_t i = 0; i < list_count(parties); i++) {
        const char *code = code_at(parties, i);
        snprintf(pointer, sizeof pointer, "/%s/%zu", field, i);
        if (code != NULL && party_named(action, code) == NULL)
            no_such_party(problem, pointer);
    }
}

void action_judge_names(const struct action *action, struct wg_problem *problem)
{
    char pointer[48];
    const char *staff = field_of(action, "staff"), *party = field_of(action, "party"),
               *other = field_of(action, "case");
    judge_place(action, problem);
    judge_tasks(action, problem);
    judge_parties(action, problem);
    if (staff != NULL) {
        snprintf(pointer, sizeof pointer, "/%s",
                 workflow_field_of_type(action->workflow, action->name, "staff"));
        judge_person(action, pointer, staff, problem);
    }
    if (party != NULL && party_named(action, party) == NULL)
        no_such_party(problem, "/party");
    if (other != NULL && action->partner_workflow == NULL) {
        snprintf(pointer, sizeof pointer, "/%s",
                 workflow_field_of_type(action->workflow, action->name, "case"));
        wg_problem_error(problem, pointer, "没有这个事件", "no such case");
    }
}
