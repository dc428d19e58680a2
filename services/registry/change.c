#include "services/registry/change.h"

#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/reader.h"
#include "services/registry/registry.h"
#include "services/registry/rights.h"
#include "services/registry/seal.h"
#include "services/registry/store_change.h"

enum { PATH_MOST = 200, SEGMENTS_MOST = 6 };

/* ---- bodies that no import has */

static const struct column post_columns[] = {
    { .name = "post", .type = COLUMN_CHOICE, .required = true, .choices = post_names },
    { .name = "area", .type = COLUMN_AREA, .required = true },
    { .name = "from", .type = COLUMN_TIME },
    { .name = "to", .type = COLUMN_TIME },
};
static const struct kind post_kind = { .name = "posts",
                                       .columns = post_columns,
                                       .n = WG_COUNT(post_columns) };
static const struct column office_columns[] = {
    { .name = "at", .type = COLUMN_TIME },
    { .name = "successor", .type = COLUMN_CODE },
};
static const struct kind office_kind = { .name = "leave-office",
                                         .columns = office_columns,
                                         .n = WG_COUNT(office_columns) };

/* ---- the routes */

enum change_flag {
    CREATES = 1,   /* every required column; the answer is 201 */
    VERSIONED = 2, /* with If-Match: two who change one thing do not overwrite each other */
    LAYERED = 4,   /* ?layer= says which area of this code is meant */
};

struct change_route {
    const char *method, *collection, *tail; /* /api/v1/<collection>[/{code}[/<tail>]] */
    const struct kind *kind;                /* of the body; NULL: none */
    enum store_changes change;
    enum right right;
    unsigned flags;
};

static const struct change_route change_routes[] = {
    { "POST", "staff", "", &staff_kind, STORE_SAVE_STAFF, RIGHT_AREA, CREATES },
    { "PATCH", "staff", "", &staff_kind, STORE_SAVE_STAFF, RIGHT_AREA, VERSIONED },
    { "POST", "staff", "posts", &post_kind, STORE_GIVE_POST, RIGHT_AREA, CREATES },
    { "DELETE", "staff", "posts", NULL, STORE_END_POST, RIGHT_AREA, 0 },
    { "POST", "staff", "leave-office", &office_kind, STORE_END_STAFF, RIGHT_AREA, 0 },
    { "POST", "duty", "", &duty_kind, STORE_SAVE_DUTY, RIGHT_ARRANGE, CREATES },
    { "PATCH", "duty", "", &duty_kind, STORE_SAVE_DUTY, RIGHT_ARRANGE, VERSIONED },
    { "DELETE", "duty", "", NULL, STORE_END_DUTY, RIGHT_ARRANGE, 0 },
    { "POST", "parties", "", &party_kind, STORE_SAVE_PARTY, RIGHT_AREA, CREATES },
    { "PATCH", "parties", "", &party_kind, STORE_SAVE_PARTY, RIGHT_AREA, VERSIONED },
    { "DELETE", "parties", "", NULL, STORE_END_PARTY, RIGHT_AREA, 0 },
    { "POST", "places", "", &place_kind, STORE_SAVE_PLACE, RIGHT_AREA, CREATES },
    { "PATCH", "places", "", &place_kind, STORE_SAVE_PLACE, RIGHT_AREA, VERSIONED },
    { "DELETE", "places", "", NULL, STORE_END_PLACE, RIGHT_AREA, 0 },
    { "POST", "categories", "", &category_kind, STORE_SAVE_CATEGORY, RIGHT_CITY, CREATES },
    { "PATCH", "categories", "", &category_kind, STORE_SAVE_CATEGORY, RIGHT_CITY, VERSIONED },
    { "DELETE", "categories", "", NULL, STORE_END_CATEGORY, RIGHT_CITY, 0 },
    { "POST", "areas", "", &area_kind, STORE_SAVE_AREA, RIGHT_AREA, CREATES },
    { "PATCH", "areas", "", &area_kind, STORE_SAVE_AREA, RIGHT_AREA, VERSIONED | LAYERED },
    { "DELETE", "areas", "", NULL, STORE_END_AREA, RIGHT_AREA, LAYERED },
    { "POST", "competence", "", &competence_kind, STORE_SAVE_COMPETENCE, RIGHT_CITY, CREATES },
    { "DELETE", "competence", "", NULL, STORE_END_COMPETENCE, RIGHT_CITY, 0 },
    { "PUT", "calendars", "", &calendar_kind, STORE_SAVE_CALENDAR, RIGHT_CITY, VERSIONED },
};

/* The row for this request: the router has made sure that there is one. */
static const struct change_route *find_route(struct wg_request *request)
{
    static const char base[] = "/api/v1/";
    char path[PATH_MOST];
    const char *segments[SEGMENTS_MOST] = { "", "", "", "", "", "" };
    snprintf(path, sizeof path, "%s", wg_request_path(request) + strlen(base));
    char *rest = path, *segment;
    for (size_t n = 0; n < SEGMENTS_MOST && (segment = strsep(&rest, "/")) != NULL; n++)
        segments[n] = segment;
    size_t i = 0;
    while (strcmp(change_routes[i].method, wg_request_method(request)) != 0 ||
           strcmp(change_routes[i].collection, segments[0]) != 0 ||
           strcmp(change_routes[i].tail, segments[2]) != 0)
        i++;
    return &change_routes[i];
}

/* ---- answers */

struct change_ask {
    struct wg_request *request;
    const struct change_route *route;
};

static void answer_made(const struct change_ask *asked, const char *code, const char *version)
{
    struct json_object *body = json_object_new_object();
    char tag[64];
    json_object_object_add(body, "code", json_object_new_string(code));
    json_object_object_add(body, "version", json_object_new_string(version));
    snprintf(tag, sizeof tag, "\"%s\"", version);
    wg_reply_header(asked->request, "ETag", tag);
    wg_reply_json(asked->request, (asked->route->flags & CREATES) != 0 ? 201 : 200, &body);
}

/* The refusals that are no fault of a field. */
static bool answer_refused(struct wg_request *request, const char *fault, const char *detail)
{
    if (strcmp(fault, "not-found") == 0) {
        wg_reply_refusal(request, 404, "not-found", "没有找到", "There is no such thing");
    } else if (strcmp(fault, "outside") == 0) {
        wg_reply_refusal(request, 403, "outside-areas", "该区域不在您的权限范围内",
                         "That is outside the areas in which you may do this");
    } else if (strcmp(fault, "taken") == 0) {
        wg_reply_refusal(request, 409, "code-taken", "这个编码已有，请改用修改",
                         "This code is in use; change what has it");
    } else if (strcmp(fault, "stale") == 0) {
        char tag[64];
        snprintf(tag, sizeof tag, "\"%s\"", detail);
        wg_reply_header(request, "ETag", tag);
        wg_reply_refusal(request, 412, "changed-meanwhile", "别人刚刚改过，请重新读取后再改",
                         "Somebody has changed it meanwhile; read it again");
    } else {
        return false;
    }
    return true;
}

static void answer_written(const struct change_ask *asked, const PGresult *result)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    int n = PQntuples(result);
    if (n == 1 && wg_is_null(result, 0, 0)) {
        answer_made(asked, wg_get_text(result, 0, 3), wg_get_text(result, 0, 4));
        return;
    }
    for (int row = 0; row < n; row++) {
        const char *detail = wg_get_text(result, row, 2);
        if (answer_refused(asked->request, wg_get_text(result, row, 0),
                           detail == NULL ? "" : detail))
            return;
        faults_add(&faults, 1, wg_get_text(result, row, 1), wg_get_text(result, row, 0), detail);
    }
    if (n == 0) /* two made it at once */
        (void)answer_refused(asked->request, "taken", "");
    else
        answer_change_faults(asked->request, &faults);
}

static void on_written(struct wg_flight *flight, void *arg)
{
    struct change_ask *asked = arg;
    if (wg_flight_outcome(flight) == WG_COMMITTED && asked->route->kind == NULL &&
        PQntuples(wg_flight_result(flight, 0)) == 1 &&
        wg_is_null(wg_flight_result(flight, 0), 0, 0))
        wg_reply_bytes(asked->request, 204, "application/json", "", 0);
    else if (wg_flight_outcome(flight) == WG_COMMITTED)
        answer_written(asked, wg_flight_result(flight, 0));
    else if (wg_flight_outcome(flight) == WG_UNKNOWN)
        wg_reply_refusal(asked->request, 503, "fate-unknown",
                         "是否已生效尚不确定；请重新读取后再决定",
                         "Whether it was done is not known; read it again");
    else
        answer_away(asked->request);
    free(asked);
}

/* ---- asking */

/* What If-Match holds, without its quotes; false where it was replied to. */
static bool read_version(struct wg_request *request, char version[STORE_TEXT_ROOM])
{
    const char *match = wg_request_header(request, "If-Match");
    size_t length = match == NULL ? 0 : strlen(match);
    if (length < 3 || length >= STORE_TEXT_ROOM || match[0] != '"' || match[length - 1] != '"') {
        wg_reply_refusal(request, 428, "if-match-required", "请带上 If-Match：读取时给出的版本",
                         "Send If-Match: the version that reading gave");
        return false;
    }
    snprintf(version, STORE_TEXT_ROOM, "%.*s", (int)(length - 2), match + 1);
    return true;
}

/* The row that the statement takes; NULL where it was replied to. */
static struct json_object *read_row(struct wg_request *request, struct registry *registry,
                                    const struct change_route *route)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    WG_AUTO(wg_json_put) struct json_object *row = NULL;
    if (route->kind == NULL)
        return json_object_new_object();
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return NULL;
    if (route->kind->document && wg_json_get(body, "code") == NULL)
        json_object_object_add(body, "code",
                               json_object_new_string(wg_request_param(request, "code")));
    bool partial = (route->flags & CREATES) == 0 && route->kind != &office_kind;
    row = route->kind->document ? calendar_row(body, 1, &faults)
                                : reader_members(route->kind, body, partial, &faults);
    if (faults.total > 0) {
        answer_change_faults(request, &faults);
        return NULL;
    }
    if (partial && json_object_object_get_ex(body, "code", NULL) && !route->kind->document) {
        faults_add(&faults, 1, "code", "code-fixed", NULL);
        answer_change_faults(request, &faults);
        return NULL;
    }
    seal_contact(registry->seal_key, row);
    return json_object_get(row);
}

static bool read_query(struct wg_request *request, const struct change_route *route,
                       struct json_object *row)
{
    static const char *const none[] = { NULL }, *const layered[] = { "layer", NULL };
    bool takes = (route->flags & LAYERED) != 0;
    struct wg_problem *problem = answer_parameters(request, takes ? layered : none);
    const char *layer = takes ? wg_request_query(request, "layer") : NULL;
    if (layer != NULL &&
        (layer[0] == '\0' || strlen(layer) > 40 || !wg_utf8_valid(layer, strlen(layer))))
        answer_parameter(problem, "layer", "应为图层的编码", "must be a layer's code");
    if (answer_parameters_refused(request, &problem))
        return false;
    if (takes)
        json_object_object_add(row, "layer",
                               json_object_new_string(layer == NULL ? "grid" : layer));
    const char *entry = wg_request_param(request, "entry");
    if (entry != NULL)
        json_object_object_add(row, "entry", json_object_new_string(entry));
    return true;
}

void change_handle(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    const struct change_route *route = find_route(request);
    struct store_change change = { .change = route->change,
                                   .creates = (route->flags & CREATES) != 0,
                                   .now = wg_clock_now(),
                                   .actor = answer_actor(wg_request_caller(request)),
                                   .staff = wg_request_caller(request)->staff_id };
    change.n_reach = rights_reach(wg_request_caller(request), route->right, change.reach);
    if (change.n_reach == 0) {
        wg_reply_refusal(request, 403, "forbidden", "只有管理员或负责人可以这样做",
                         "Only an administrator, or who runs the area, may do this");
        return;
    }
    if ((route->flags & VERSIONED) != 0 && !read_version(request, change.version))
        return;
    WG_AUTO(wg_json_put) struct json_object *row = read_row(request, registry, route);
    if (row == NULL || !read_query(request, route, row))
        return;
    const char *code = wg_request_param(request, "code");
    snprintf(change.code, sizeof change.code, "%s",
             code == NULL ? wg_json_text(row, "code") : code);
    change.row = json_object_to_json_string_ext(row, JSON_C_TO_STRING_PLAIN);
    struct change_ask *asked = wg_new(sizeof *asked);
    *asked = (struct change_ask){ .request = request, .route = route };
    if (store_change(registry->store, &change, on_written, asked) == 0)
        return;
    free(asked);
    answer_away(request);
}
