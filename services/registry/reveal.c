#include "services/registry/reveal.h"

#include <string.h>

#include "common/access.h"
#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"

#include "services/registry/answer.h"
#include "services/registry/mask.h"
#include "services/registry/reader.h"
#include "services/registry/registry.h"
#include "services/registry/store_reporter.h"

enum { REASON_MOST = 200 };

static const char *const field_names[] = { "name", "phone", "email", NULL };
static const struct column look_columns[] = {
    { .name = "field", .type = COLUMN_CHOICE, .required = true, .choices = field_names },
    { .name = "reason", .type = COLUMN_TEXT, .required = true, .highest = REASON_MOST },
};
static const struct kind look_kind = { .name = "reveal",
                                       .columns = look_columns,
                                       .n = WG_COUNT(look_columns) };

/* One look, from the question to the answer. */
struct look {
    struct wg_request *request;
    struct registry *registry;
    int64_t report;
    char date[7];
    bool open;               /* one field, not all of them masked */
    struct json_object *row; /* of an open one: field and reason */
    struct json_object *contact;
};

static void destroy_look(struct look **look)
{
    if (*look == NULL)
        return;
    wg_json_put(&(*look)->row);
    wg_json_put(&(*look)->contact);
    free(*look);
    *look = NULL;
}

static void refuse_unknown(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "unknown-report", "没有这个编号，或不在您的区域内",
                     "There is no such number, or it is outside your areas");
}

/* ---- who may */

/* What somebody reports under their name, or about a worker, is for the supervisors alone: those
 * who are meant must not learn from whom it came. */
static bool is_guarded(const PGresult *rows)
{
    const char *kind = wg_get_text(rows, 0, REPORTER_KIND);
    return wg_get_bool(rows, 0, REPORTER_SHIELDED) ||
           (kind != NULL && (strcmp(kind, "whistle") == 0 || strcmp(kind, "conduct") == 0));
}

static bool sees_masked(const struct wg_caller *caller, const PGresult *rows)
{
    const char *area = wg_get_text(rows, 0, REPORTER_AREA);
    if (is_guarded(rows))
        return wg_has_post(caller, "supervisor", area);
    return caller->system[0] == '\0' && wg_may_read(caller, area);
}

/* The post by which the caller may open a field; NULL: none. */
static const char *opening_post(const struct wg_caller *caller, const PGresult *rows)
{
    static const char *const posts[] = { "dispatcher", "secretary" };
    const char *area = wg_get_text(rows, 0, REPORTER_AREA);
    if (is_guarded(rows))
        return wg_has_post(caller, "supervisor", area) ? "supervisor" : NULL;
    for (size_t i = 0; i < WG_COUNT(posts); i++) {
        if (wg_has_post(caller, posts[i], area))
            return posts[i];
    }
    bool holds = !wg_is_null(rows, 0, REPORTER_HOLDER) &&
                 wg_get_i64(rows, 0, REPORTER_HOLDER) == caller->staff_id;
    return !holds ? NULL : caller->n_posts > 0 ? caller->posts[0].post : "holder";
}

/* ---- the box */

/* {"name", "phone", "email"}; NULL where nothing was given, or it was deleted, or is broken. */
static struct json_object *open_box(const struct registry *registry, const PGresult *rows)
{
    WG_AUTO(wg_free) char *text = NULL;
    size_t length, sealed_length;
    struct wg_json_verdict verdict;
    const void *sealed = wg_get_bytes(rows, 0, REPORTER_SEALED, &sealed_length);
    if (sealed == NULL ||
        wg_unseal(registry->seal_secret, sealed, sealed_length, &text, &length) != 0)
        return NULL;
    return wg_json_parse(text, length, &verdict);
}

static void answer_masked(const struct look *look, const PGresult *rows)
{
    static void (*const masks[])(const char *, struct wg_text *) = { mask_name, mask_phone,
                                                                     mask_email };
    struct json_object *body = json_object_new_object();
    for (size_t i = 0; i < WG_COUNT(masks); i++) {
        WG_AUTO(wg_text_destroy) struct wg_text masked = { 0 };
        const char *value =
            look->contact == NULL ? NULL : wg_json_text(look->contact, field_names[i]);
        if (value != NULL)
            masks[i](value, &masked);
        json_object_object_add(body, field_names[i],
                               value == NULL ? NULL : json_object_new_string(masked.bytes));
    }
    json_object_object_add(body, "consent",
                           json_object_new_boolean(wg_get_bool(rows, 0, REPORTER_CONSENT)));
    wg_reply_header(look->request, "Cache-Control", "no-store");
    wg_reply_json(look->request, 200, &body);
}

static void on_looked(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy_look) struct look *look = arg;
    const char *field = wg_json_text(look->row, "field");
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        answer_away(look->request); /* not written down, not shown */
        return;
    }
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "field", json_object_new_string(field));
    json_object_object_add(body, "value",
                           json_object_new_string(wg_json_text(look->contact, field)));
    wg_reply_header(look->request, "Cache-Control", "no-store");
    wg_reply_json(look->request, 200, &body);
}

/* Takes the look. */
static void write_down(struct look **look, const struct wg_caller *caller, const char *post)
{
    struct look *mine = *look;
    const struct store_look written = {
        .report = mine->report,
        .staff = caller->staff_id,
        .now = wg_clock_now(),
        .post = post,
        .field = wg_json_text(mine->row, "field"),
        .reason = wg_json_text(mine->row, "reason"),
        .actor = answer_actor(caller),
    };
    if (store_look(mine->registry->store, &written, on_looked, mine) == 0)
        *look = NULL;
    else
        answer_away(mine->request);
}

/* ---- asking */

static bool is_same(const struct look *look, const PGresult *rows)
{
    char number[WG_NUMBER_ROOM];
    if (PQntuples(rows) != 1)
        return false;
    wg_number_write(look->report, wg_get_time(rows, 0, REPORTER_RECEIVED), number);
    return strncmp(number, look->date, strlen(look->date)) == 0;
}

static void on_read(struct wg_flight *flight, void *arg)
{
    WG_AUTO(destroy_look) struct look *look = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    const struct wg_caller *caller = wg_request_caller(look->request);
    if (rows == NULL) {
        answer_away(look->request);
        return;
    }
    if (!is_same(look, rows) || !sees_masked(caller, rows)) {
        refuse_unknown(look->request);
        return;
    }
    look->contact = open_box(look->registry, rows);
    if (!look->open) {
        answer_masked(look, rows);
        return;
    }
    const char *post = opening_post(caller, rows), *field = wg_json_text(look->row, "field");
    if (post == NULL)
        wg_reply_refusal(look->request, 403, "not-yours",
                         "只有经手人、派单员或书记可以查看联系方式",
                         "Only who has the case in hand, a dispatcher or the secretary may look");
    else if (look->contact == NULL || wg_json_text(look->contact, field) == NULL)
        wg_reply_refusal(look->request, 404, "not-given", "没有留下，或已到期删除",
                         "It was not given, or was deleted when its time was over");
    else
        write_down(&look, caller, post);
}

/* A person, not a link: who may look has logged in, or has a key of their own. */
static bool is_person(struct wg_request *request)
{
    const struct wg_caller *caller = wg_request_caller(request);
    if (caller->staff_id != 0 && caller->link_id == 0)
        return true;
    wg_reply_refusal(request, 403, "no-person", "只有工作人员本人可以查看",
                     "Only a member of staff may look");
    return false;
}

static void begin(struct wg_request *request, struct registry *registry, struct json_object **row)
{
    static const char *const none[] = { NULL };
    struct wg_problem *problem = answer_parameters(request, none);
    if (answer_parameters_refused(request, &problem))
        return;
    WG_AUTO(destroy_look) struct look *look = wg_new(sizeof *look);
    *look = (struct look){ .request = request, .registry = registry };
    if (row != NULL) {
        look->open = true;
        look->row = *row;
        *row = NULL;
    }
    WG_AUTO(wg_text_destroy) struct wg_text sight = { 0 };
    wg_sight_write(wg_request_caller(request), &sight);
    if (wg_number_read(wg_request_param(request, "number"), &look->report, look->date) != 0)
        refuse_unknown(request);
    else if (store_read_reporter(registry->store, look->report, sight.bytes, on_read, look) == 0)
        look = NULL; /* the flight's */
    else
        answer_away(request);
}

void reveal_show(struct wg_request *request, void *arg)
{
    begin(request, arg, NULL);
}

void reveal_open(struct wg_request *request, void *arg)
{
    WG_AUTO(faults_destroy) struct faults faults = { 0 };
    if (!is_person(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    WG_AUTO(wg_json_put)
    struct json_object *row = reader_members(&look_kind, body, false, &faults);
    if (faults.total > 0)
        answer_change_faults(request, &faults);
    else
        begin(request, arg, &row);
}
