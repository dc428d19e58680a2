#include "services/triage/case_row.h"

#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/assign.h"

/* Columns of read_case.sql. */
enum {
    ID,
    VERSION,
    DECIDED,
    WORKFLOW,
    STATE,
    LEVEL,
    GRADE,
    AREA_ID,
    AREA,
    BORN_AREA_ID,
    CATEGORY,
    HOLDER,
    PARTY,
    REASON,
    RESOLVER,
    OUTCOME,
    TRAINING,
    RESTRICTED,
    OPENED_AT,
    DUE_AT,
    WAKE_AT,
    CLOCKS,
    LAT,
    LON,
    HAS_MAIL,
    KEY_BODY,
    KEY_N,
    MORE,
    TASKS,
    REPORTS,
    OPENER,
    SOURCE,
    SOURCE_DUE_AT,
    SOURCE_RETURN_BY,
    BACKFILLED,
    LAST_ACTOR,
    LAST_AT,
    LAST_BEFORE,
    HAS_REPORTER,
    ASKED_INPUT,
    SEEN,
    PLACE,
    CHILDREN,
    ABOUT,
    SHIELD,
    SOURCE_KIND,
};

int case_row_find(const PGresult *rows, int64_t id)
{
    for (int row = 0; row < PQntuples(rows); row++)
        if (wg_get_i64(rows, row, ID) == id)
            return row;
    return -1;
}

size_t case_row_place(const PGresult *rows, int row)
{
    return (size_t)wg_get_i64(rows, row, PLACE) - 1;
}

/* A json column; NULL = there is none. The caller owns it. */
static struct json_object *json_of(const PGresult *rows, int row, int column)
{
    struct wg_json_verdict verdict;
    const char *text = wg_is_null(rows, row, column) ? NULL : wg_get_text(rows, row, column);
    return text == NULL ? NULL : wg_json_parse(text, strlen(text), &verdict);
}

static void read_tasks(struct workflow_case *before, struct json_object *tasks)
{
    size_t n = tasks == NULL ? 0 : json_object_array_length(tasks);
    for (size_t i = 0; i < n && before->n_tasks < WORKFLOW_TASKS; i++) {
        struct json_object *given = json_object_array_get_idx(tasks, i);
        struct workflow_task *task = &before->tasks[before->n_tasks++];
        *task = (struct workflow_task){
            .k = (int32_t)wg_json_int(given, "k"),
            .party = (int32_t)wg_json_int(given, "party"),
            .staff = wg_json_int(given, "staff"),
            .open = json_object_get_boolean(wg_json_get(given, "open")) != 0,
        };
        wg_copy(task->state, sizeof task->state, wg_json_text(given, "state"));
    }
}

static void read_parts(struct case_row *to, const PGresult *rows, int row)
{
    WG_AUTO(wg_json_put) struct json_object *clocks = json_of(rows, row, CLOCKS);
    WG_AUTO(wg_json_put) struct json_object *more = json_of(rows, row, MORE);
    WG_AUTO(wg_json_put) struct json_object *tasks = json_of(rows, row, TASKS);
    workflow_read_clocks(&to->before, clocks);
    workflow_read_more(&to->before, more);
    read_tasks(&to->before, tasks);
    to->last_before = json_of(rows, row, LAST_BEFORE);
    to->asked_input = json_of(rows, row, ASKED_INPUT);
}

void case_row_read(struct case_row *to, const PGresult *rows, int row)
{
    *to = (struct case_row){
        .before = { .id = wg_get_i64(rows, row, ID),
                    .version = (int32_t)wg_get_i64(rows, row, VERSION),
                    .decided = (int32_t)wg_get_i64(rows, row, DECIDED),
                    .area_id = wg_get_i64(rows, row, AREA_ID),
                    .born_area_id = wg_get_i64(rows, row, BORN_AREA_ID),
                    .holder = wg_get_i64(rows, row, HOLDER),
                    .party = (int32_t)wg_get_i64(rows, row, PARTY),
                    .resolver = wg_get_i64(rows, row, RESOLVER),
                    .training = wg_get_bool(rows, row, TRAINING),
                    .restricted = wg_get_bool(rows, row, RESTRICTED),
                    .opened_at = wg_get_time(rows, row, OPENED_AT),
                    .due_at = wg_get_time(rows, row, DUE_AT),
                    .wake_at = wg_get_time(rows, row, WAKE_AT) },
        .workflow = (int)wg_get_i64(rows, row, WORKFLOW),
        .lat = wg_get_f64(rows, row, LAT),
        .lon = wg_get_f64(rows, row, LON),
        .has_point = !wg_is_null(rows, row, LAT),
        .reporter_has_mail = wg_get_bool(rows, row, HAS_MAIL),
        .reporter_known = wg_get_bool(rows, row, HAS_REPORTER),
        .seen = wg_get_bool(rows, row, SEEN),
        .source = wg_get_bool(rows, row, SOURCE),
        .backfilled = wg_get_bool(rows, row, BACKFILLED),
        .reports = (int32_t)wg_get_i64(rows, row, REPORTS),
        .children = (int32_t)wg_get_i64(rows, row, CHILDREN),
        .opener = wg_get_i64(rows, row, OPENER),
        .external_due = wg_get_time(rows, row, SOURCE_DUE_AT),
        .return_by = wg_get_time(rows, row, SOURCE_RETURN_BY),
        .last_actor = wg_get_i64(rows, row, LAST_ACTOR),
        .last_at = wg_get_time(rows, row, LAST_AT),
        .about = wg_get_i64(rows, row, ABOUT),
    };
    struct workflow_case *before = &to->before;
    wg_copy(to->shield, sizeof to->shield, wg_get_text(rows, row, SHIELD));
    wg_copy(before->state, sizeof before->state, wg_get_text(rows, row, STATE));
    wg_copy(before->level, sizeof before->level, wg_get_text(rows, row, LEVEL));
    wg_copy(before->grade, sizeof before->grade, wg_get_text(rows, row, GRADE));
    wg_copy(before->area, sizeof before->area, wg_get_text(rows, row, AREA));
    wg_copy(before->category, sizeof before->category, wg_get_text(rows, row, CATEGORY));
    wg_copy(before->reason, sizeof before->reason, wg_get_text(rows, row, REASON));
    wg_copy(before->outcome, sizeof before->outcome, wg_get_text(rows, row, OUTCOME));
    wg_copy(to->source_kind, sizeof to->source_kind, wg_get_text(rows, row, SOURCE_KIND));
    read_parts(to, rows, row);
}

void case_row_clear(struct case_row *row)
{
    json_object_put(row->last_before);
    json_object_put(row->asked_input);
    *row = (struct case_row){ 0 };
}

/* A place that the case has stands, unless another is chosen: borders never move a case. */
static bool keeps_place(const char *reason)
{
    return strcmp(reason, "place") != 0 && strcmp(reason, "outside") != 0;
}

static void add_heir(const struct city *city, int64_t staff, struct workflow_facts *facts)
{
    int64_t heir = staff == 0 ? 0 : city_heir(city, staff);
    for (size_t i = 0; i < facts->n_heirs; i++)
        if (facts->heirs[i].from == staff)
            return;
    if (heir == 0)
        return;
    facts->heirs[facts->n_heirs].from = staff;
    facts->heirs[facts->n_heirs++].to = heir;
}

void case_row_heirs(const struct case_row *row, const struct city *city,
                    struct workflow_facts *facts)
{
    const struct workflow_case *before = &row->before;
    if (row->about != 0 || row->shield[0] != '\0')
        return;
    add_heir(city, before->holder, facts);
    for (size_t i = 0; i < before->n_links; i++)
        add_heir(city, before->links[i].holder, facts);
    for (size_t i = 0; i < before->n_tasks; i++)
        if (before->tasks[i].open)
            add_heir(city, before->tasks[i].staff, facts);
}

/* The party that has the case once the last event is undone; 0 = none. */
static int32_t party_back(const struct case_row *row)
{
    struct json_object *party;
    return json_object_object_get_ex(row->last_before, "party", &party) ? json_object_get_int(party)
                                                                        : row->before.party;
}

void case_row_facts(const struct case_row *row, const struct knowledge *knowledge,
                    const struct facts_input *chosen, struct workflow_facts *ret_facts)
{
    const struct workflow_case *before = &row->before;
    struct facts_input input = *chosen;
    bool party = chosen->party != 0 || (chosen->holder == 0 && before->party != 0);
    input.category = chosen->category[0] != '\0' ? chosen->category : before->category;
    input.area_chosen = chosen->area[0] != '\0';
    if (!input.area_chosen)
        input.area = keeps_place(before->reason) ? before->area : "";
    input.has_point = row->has_point;
    input.lat = row->lat;
    input.lon = row->lon;
    input.party = !party ? 0 : chosen->party != 0 ? chosen->party : before->party;
    input.level = before->level;
    input.reporter_has_mail = row->reporter_has_mail;
    input.reporter_known = row->reporter_known;
    input.about = row->about;
    input.shield = row->shield;
    const struct facts_source source = { &knowledge->city, knowledge->map,
                                         knowledge_workflow(knowledge, row->workflow) };
    facts_find(&source, &input, wg_clock_now(), ret_facts);
    ret_facts->stand_in =
        assign_stand_in(&knowledge->city, city_area_by_id(&knowledge->city, before->area_id),
                        before->holder, wg_clock_now());
    if (row->about != 0 && ret_facts->stand_in == row->about)
        ret_facts->stand_in = 0;
    facts_people(&knowledge->city, before->party, &ret_facts->former_people);
    facts_people(&knowledge->city, party_back(row), &ret_facts->back_people);
    ret_facts->opener = row->opener;
    ret_facts->source = row->source;
    ret_facts->source_kind = row->source_kind;
    ret_facts->external_due = row->external_due;
    ret_facts->return_by = row->return_by;
    ret_facts->backfilled = row->backfilled;
    ret_facts->reports = row->reports;
    ret_facts->children = row->children;
    ret_facts->last_actor = row->last_actor;
    ret_facts->last_at = row->last_at;
    ret_facts->last_before = row->last_before;
    ret_facts->asked_input = row->asked_input;
    facts_add_party(&knowledge->city, before->party, ret_facts);
    for (size_t i = 0; i < before->n_links; i++)
        facts_add_party(&knowledge->city, before->links[i].party, ret_facts);
    for (size_t i = 0; i < before->n_tasks; i++) {
        facts_add_party(&knowledge->city, before->tasks[i].party, ret_facts);
        facts_people(&knowledge->city, before->tasks[i].party, &ret_facts->of_tasks[i]);
        if (before->tasks[i].staff != 0 && ret_facts->of_tasks[i].n < WORKFLOW_PEOPLE)
            ret_facts->of_tasks[i].staff[ret_facts->of_tasks[i].n++] = before->tasks[i].staff;
    }
}
