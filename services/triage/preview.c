#include "services/triage/preview.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/position.h"
#include "common/text.h"

#include "services/triage/facts.h"
#include "triage_sql.h"

/* A preview that waits for names. */
struct preview {
    struct wg_request *request;
    struct workflow_facts facts;
    struct workflow_decision decision;
};

static const struct {
    const char *rule, *zh, *en;
} texts[] = {
    { "polygon", "按坐标落在网格边界内", "the point lies inside the grid's border" },
    { "given", "按给出的区域", "the area was given" },
    { "chosen", "由人选定", "chosen by a person" },
    { "duty", "按值班表", "by the duty roster" },
    { "stand-in", "由代班人承办", "by the stand-in" },
    { "post", "按岗位", "by the post" },
    { "place", "没有坐标，也没有区域", "there is neither a point nor an area" },
    { "outside", "坐标在辖区之外", "the point lies outside the city" },
    { "grid", "此处没有划定网格", "there is no grid here" },
    { "category", "没有给出类别", "no category was given" },
    { "holder", "此处无人在岗", "nobody is on duty here" },
};

static void add_rule(struct json_object *rules, const char *rule, bool english)
{
    for (size_t i = 0; rule != NULL && i < WG_COUNT(texts); i++) {
        if (strcmp(texts[i].rule, rule) != 0)
            continue;
        struct json_object *one = json_object_new_object();
        json_object_object_add(one, "rule", json_object_new_string(rule));
        json_object_object_add(one, "text",
                               json_object_new_string(english ? texts[i].en : texts[i].zh));
        json_object_array_add(rules, one);
    }
}

static struct json_object *named(const PGresult *rows, int column, int64_t id, bool english)
{
    char text[24];
    if (wg_is_null(rows, 0, column))
        return NULL;
    struct json_object *object = json_object_new_object();
    snprintf(text, sizeof text, "%lld", (long long)id);
    if (id != 0)
        json_object_object_add(object, "id", json_object_new_string(text));
    json_object_object_add(object, "code", json_object_new_string(wg_get_text(rows, 0, column)));
    json_object_object_add(
        object, "name", json_object_new_string(wg_get_text(rows, 0, column + (english ? 2 : 1))));
    return object;
}

static void reply(struct preview *preview, const PGresult *rows)
{
    const struct workflow_case *after = &preview->decision.after;
    const struct workflow_facts *facts = &preview->facts;
    bool english = wg_request_english(preview->request);
    struct json_object *body = json_object_new_object(), *where = json_object_new_object(),
                       *who = json_object_new_object(), *rules = json_object_new_array();
    const char *place = facts->place_rule == NULL ? facts->place_reason : facts->place_rule;
    json_object_object_add(where, "area", named(rows, 0, facts->area_id, english));
    json_object_object_add(where, "rule", json_object_new_string(place == NULL ? "" : place));
    json_object_object_add(who, "holder", named(rows, 3, 0, english));
    json_object_object_add(
        who, "rule", json_object_new_string(facts->holder_rule == NULL ? "" : facts->holder_rule));
    json_object_object_add(body, "where", where);
    json_object_object_add(body, "who", who);
    json_object_object_add(body, "state", json_object_new_string(after->state));
    json_object_object_add(body, "reason",
                           after->reason[0] == '\0' ? NULL : json_object_new_string(after->reason));
    json_object_object_add(
        body, "due_at",
        after->due_at == 0 ? NULL : json_object_new_string(wg_time_string(after->due_at)));
    add_rule(rules, facts->place_rule, english);
    add_rule(rules, facts->holder_rule, english);
    add_rule(rules, after->reason[0] == '\0' ? NULL : after->reason, english);
    json_object_object_add(body, "rules", rules);
    wg_reply_json(preview->request, 200, &body);
}

static void names_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(wg_free) struct preview *preview = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL || PQntuples(rows) == 0)
        wg_reply_refusal(preview->request, 503, "database-away", "数据库暂不可用",
                         "The database is away");
    else
        reply(preview, rows);
    workflow_decision_clear(&preview->decision);
}

static void read_names(struct preview **preview, struct wg_db *reads)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, (*preview)->facts.area_id);
    if ((*preview)->facts.holder == 0)
        wg_params_null(params);
    else
        wg_params_i64(params, (*preview)->facts.holder);
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(names_landed, *preview);
    wg_flight_add(flight, SQL_READ_NAMES, &params);
    if (wg_db_send(reads, &flight) != 0) {
        wg_reply_refusal((*preview)->request, 503, "database-away", "数据库暂不可用",
                         "The database is away");
        workflow_decision_clear(&(*preview)->decision);
        return;
    }
    *preview = NULL;
}

/* The fields of a report that matter here; all faults at once. */
static void judge(struct json_object *body, const struct city *city, struct wg_problem *problem)
{
    static const char *const texts_known[] = { "text", "category", "area", "address", "crs", NULL };
    json_object_object_foreach(body, name, value)
    {
        char pointer[128];
        bool number = strcmp(name, "lat") == 0 || strcmp(name, "lon") == 0, text = false;
        snprintf(pointer, sizeof pointer, "/%.100s", name);
        for (size_t i = 0; texts_known[i] != NULL; i++)
            text = text || strcmp(name, texts_known[i]) == 0;
        if (!text && !number)
            wg_problem_error(problem, pointer, "没有这个字段", "there is no such field");
        else if (text && !json_object_is_type(value, json_type_string))
            wg_problem_error(problem, pointer, "应是字符串", "must be a string");
        else if (number && !json_object_is_type(value, json_type_double) &&
                 !json_object_is_type(value, json_type_int))
            wg_problem_error(problem, pointer, "应是数", "must be a number");
        else if (number && !(fabs(json_object_get_double(value)) <= (name[1] == 'a' ? 90 : 180)))
            wg_problem_error(problem, pointer, "超出范围", "is out of range");
    }
    const char *category = wg_json_text(body, "category"), *area = wg_json_text(body, "area");
    const char *text = wg_json_text(body, "text"), *crs = wg_json_text(body, "crs");
    if (text == NULL || wg_utf8_count(text, strlen(text)) < 1 ||
        wg_utf8_count(text, strlen(text)) > 10000)
        wg_problem_error(problem, "/text", "应为 1 至 10000 个字",
                         "must have 1 to 10000 characters");
    if (category != NULL && city_category(city, category) == NULL)
        wg_problem_error(problem, "/category", "没有这个类别", "no such category");
    if (area != NULL && city_area_by_code(city, area) == NULL)
        wg_problem_error(problem, "/area", "没有这个区域", "no such area");
    if (crs != NULL && wg_crs_named(crs) == WG_CRS_UNKNOWN)
        wg_problem_error(problem, "/crs", "没有这个坐标系", "no such coordinate system");
}

static void find(struct preview *preview, const struct preview_setup *setup,
                 struct json_object *body)
{
    const char *category = wg_json_text(body, "category"), *area = wg_json_text(body, "area"),
               *crs = wg_json_text(body, "crs");
    struct facts_input input = {
        .category = category == NULL ? "" : category,
        .area = area == NULL ? "" : area,
        .has_point = wg_json_get(body, "lat") != NULL && wg_json_get(body, "lon") != NULL,
    };
    wg_position_to_wgs84(crs == NULL ? WG_WGS84 : wg_crs_named(crs),
                         json_object_get_double(wg_json_get(body, "lat")),
                         json_object_get_double(wg_json_get(body, "lon")), &input.lat, &input.lon);
    const struct workflow_case fresh = { .opened_at = wg_clock_now() };
    const struct city_category *row = city_category(&setup->knowledge->city, input.category);
    const struct workflow *workflow =
        row == NULL ? setup->knowledge->newest : knowledge_newest(setup->knowledge, row->workflow);
    const struct facts_source source = { &setup->knowledge->city, setup->knowledge->map, workflow };
    facts_find(&source, &input, fresh.opened_at, &preview->facts);
    workflow_open(workflow, &fresh, &preview->facts, &preview->decision);
}

void preview_post(struct wg_request *request, const struct preview_setup *setup)
{
    if (!loader_complete(setup->loader)) {
        wg_reply_refusal(request, 503, "starting", "系统正在启动", "The system is starting");
        return;
    }
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(wg_problem_destroy)
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-report", "反映内容有误", "The report has faults");
    judge(body, &setup->knowledge->city, problem);
    if (wg_problem_errors(problem) > 0) {
        wg_reply_problem(request, &problem);
        return;
    }
    WG_AUTO(wg_free) struct preview *preview = wg_new(sizeof *preview);
    preview->request = request;
    find(preview, setup, body);
    read_names(&preview, setup->reads);
}
