#include "services/registry/lists.h"

#include <string.h>

#include "common/access.h"
#include "common/area.h"
#include "common/clock.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/items.h"
#include "services/registry/registry.h"
#include "services/registry/store.h"

enum { LIMIT_MOST = 500, LIMIT_USUAL = 50, CODE_MOST = 100, NAMES_MOST = 8 };

enum listing_flag {
    LISTING_NARROWED = 1,      /* only within what the caller may read */
    LISTING_ADMINISTRATOR = 2, /* for administrators */
    LISTING_WHOLE = 4,         /* no pages: all of it is one answer */
    LISTING_BY_ID = 8,         /* the cursor is an id */
    LISTING_GEOJSON = 16,
};

struct listing {
    const char *names[NAMES_MOST]; /* of its parameters, NULL-ended */
    store_list *ask;
    /* The row as people see it; the cursor of the page that ends with it goes to ret_cursor. */
    struct json_object *(*item)(const PGresult *result, int row, bool english,
                                struct wg_text *ret_cursor);
    unsigned flags;
};

static const char *const level_names[] = {
    "district", "street", "community", "grid", "micro", NULL
};

static const struct listing areas = {
    { "under", "level", "after", "limit", "geometry" }, store_list_areas, item_area, LISTING_GEOJSON
};
static const struct listing categories = {
    { NULL }, store_list_categories, item_category, LISTING_WHOLE
};
static const struct listing places = {
    { "under", "q", "after", "limit" }, store_list_places, item_place, 0
};
static const struct listing staff = {
    { "area", "post", "after", "limit" }, store_list_staff, item_staff, LISTING_NARROWED
};
static const struct listing duty = {
    { "area", "at", "after", "limit" }, store_list_duty, item_duty, LISTING_NARROWED
};
static const struct listing cover = {
    { "area", "on", "after", "limit" }, store_list_cover, item_cover, LISTING_NARROWED
};
static const struct listing parties = { { "after", "limit" }, store_list_parties, item_party, 0 };
static const struct listing competence = {
    { "after", "limit" }, store_list_competence, item_competence, 0
};
static const struct listing calendars = {
    { NULL }, store_list_calendars, item_calendar, LISTING_WHOLE
};
static const struct listing keys = {
    { "after", "limit" }, store_list_keys, item_key, LISTING_ADMINISTRATOR | LISTING_BY_ID
};
static const struct listing audit = {
    { "after", "limit" }, store_list_audit, item_audit, LISTING_ADMINISTRATOR | LISTING_BY_ID
};
static const struct listing one_area = { { NULL }, store_list_areas, item_area, LISTING_GEOJSON };
static const struct listing one_staff = { { NULL }, store_get_staff, item_staff, LISTING_NARROWED };

/* ---- parameters */

static int64_t number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > 18 || text[digits] != '\0' ? -1 : strtoll(text, NULL, 10);
}

static void read_limit(const char *text, struct store_page *page, struct wg_problem *problem)
{
    int64_t limit = text == NULL ? LIMIT_USUAL : number(text);
    if (limit < 1 || limit > LIMIT_MOST)
        answer_parameter(problem, "limit", "应为 1–500", "must be 1–500");
    else
        page->limit = (int32_t)limit;
}

/* "under" or "area": the codes inside it. */
static void read_area(const char *name, const char *text, struct store_page *page,
                      struct wg_problem *problem)
{
    if (!wg_area_valid(text)) {
        answer_parameter(problem, name, "区划编码应为 6–17 位数字",
                         "an area's code is 6–17 digits");
        return;
    }
    snprintf(page->area.low, sizeof page->area.low, "%s", text);
    wg_area_next(text, page->area.high);
}

static bool is_plain(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= CODE_MOST && wg_utf8_valid(text, length);
}

/* A code, or code and id where codes may stand twice; an id where the list goes by ids. */
static void read_after(const char *text, unsigned flags, struct store_page *page,
                       struct wg_problem *problem)
{
    bool by_id = (flags & LISTING_BY_ID) != 0;
    const char *dot = (flags & LISTING_GEOJSON) != 0 ? strchr(text, '.') : NULL;
    page->after_id = by_id ? number(text) : dot != NULL ? number(dot + 1) : INT64_MAX;
    if (!is_plain(text) || page->after_id < 0) {
        answer_parameter(problem, "after", "请用上一页的 next",
                         "use the `next` of the page before");
        return;
    }
    if (!by_id)
        snprintf(page->after, sizeof page->after, "%.*s",
                 (int)(dot == NULL ? strlen(text) : (size_t)(dot - text)), text);
}

static void read_choice(const char *name, const char *text, const char *const *choices,
                        struct store_page *page, struct wg_problem *problem)
{
    while (*choices != NULL && strcmp(*choices, text) != 0)
        choices++;
    if (*choices == NULL)
        answer_parameter(problem, name, "不是允许的值", "not one of the permitted values");
    else
        snprintf(page->choice, sizeof page->choice, "%s", text);
}

static void read_rest(struct wg_request *request, struct store_page *page,
                      struct wg_problem *problem)
{
    const char *level = wg_request_query(request, "level"),
               *post = wg_request_query(request, "post");
    const char *part = wg_request_query(request, "q"), *at = wg_request_query(request, "at");
    const char *geometry = wg_request_query(request, "geometry");
    if (level != NULL)
        read_choice("level", level, level_names, page, problem);
    if (post != NULL)
        read_choice("post", post, post_names, page, problem);
    if (part != NULL && !is_plain(part))
        answer_parameter(problem, "q", "应为 1–100 字节的文字", "must be text of 1–100 bytes");
    else if (part != NULL)
        snprintf(page->part, sizeof page->part, "%s", part);
    const char *on = wg_request_query(request, "on");
    if (on != NULL && strcmp(on, "now") == 0)
        page->at = page->now;
    else if (on != NULL && wg_time_parse(on, &page->at) != 0)
        answer_parameter(problem, "on", "应为 now 或带时区的 RFC 3339",
                         "must be now, or RFC 3339 with its offset");
    if (at != NULL && wg_time_parse(at, &page->at) != 0)
        answer_parameter(problem, "at", "时间应为带时区的 RFC 3339",
                         "a time is RFC 3339 with its offset");
    if (geometry != NULL && strcmp(geometry, "none") != 0)
        answer_parameter(problem, "geometry", "只能是 none", "can only be none");
    page->outlines = geometry == NULL;
}

/* What the caller may read; false where the area asked for lies outside of it, which is replied to.
 */
static bool read_reach(struct wg_request *request, struct store_page *page)
{
    const struct wg_caller *caller = wg_request_caller(request);
    page->n_reach = wg_readable(caller, page->reach);
    page->everything = caller->administrator;
    bool inside = page->area.low[0] == '\0' && page->n_reach > 0;
    for (size_t i = 0; i < page->n_reach && !inside; i++)
        inside = strcmp(page->area.low, page->reach[i].high) < 0 &&
                 strcmp(page->reach[i].low, page->area.high) < 0;
    if (!inside)
        wg_reply_refusal(request, 403, "outside-areas", "该区域不在您的权限范围内",
                         "That is outside the areas that you may read");
    return inside;
}

static bool read_page(struct wg_request *request, const struct listing *listing,
                      struct store_page *page)
{
    *page = (struct store_page){ .area = { .low = "", .high = ":" },
                                 .limit = LIMIT_USUAL,
                                 .now = wg_clock_now() };
    struct wg_problem *problem = answer_parameters(request, listing->names);
    const char *const *name = listing->names;
    const char *under = wg_request_query(request, "under"),
               *area = wg_request_query(request, "area");
    const char *after = wg_request_query(request, "after");
    if (under != NULL)
        read_area("under", under, page, problem);
    if (area != NULL)
        read_area("area", area, page, problem);
    if (after != NULL)
        read_after(after, listing->flags, page, problem);
    if (*name != NULL)
        read_limit(wg_request_query(request, "limit"), page, problem);
    read_rest(request, page, problem);
    if (answer_parameters_refused(request, &problem))
        return false;
    return (listing->flags & LISTING_NARROWED) == 0 || read_reach(request, page);
}

/* ---- asking and answering */

struct list_ask {
    struct wg_request *request;
    const struct listing *listing;
    int32_t limit;
    bool one;
};

static void send_document(struct wg_request *request, unsigned flags, struct json_object *body)
{
    size_t length;
    const char *bytes = json_object_to_json_string_length(
        body, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE, &length);
    bool geojson = (flags & LISTING_GEOJSON) != 0;
    wg_reply_header(request, "Vary", "Accept-Language");
    wg_reply_bytes(request, 200, geojson ? "application/geo+json" : "application/json", bytes,
                   length);
    json_object_put(body);
}

static void answer_list(const struct list_ask *asked, const PGresult *result)
{
    const struct listing *listing = asked->listing;
    bool geojson = (listing->flags & LISTING_GEOJSON) != 0,
         whole = (listing->flags & LISTING_WHOLE) != 0;
    bool english = wg_request_english(asked->request);
    int n = PQntuples(result), shown = whole || n <= asked->limit ? n : asked->limit;
    WG_AUTO(wg_text_destroy) struct wg_text cursor = { 0 };
    struct json_object *body = json_object_new_object(),
                       *items = json_object_new_array_ext(shown > 0 ? shown : 1);
    for (int row = 0; row < shown; row++) {
        wg_text_clear(&cursor);
        json_object_array_add(items, listing->item(result, row, english, &cursor));
    }
    if (geojson)
        json_object_object_add(body, "type", json_object_new_string("FeatureCollection"));
    json_object_object_add(body, geojson ? "features" : "items", items);
    if (!whole)
        json_object_object_add(body, "next",
                               shown < n ? json_object_new_string(cursor.bytes) : NULL);
    send_document(asked->request, listing->flags, body);
}

static void answer_one(const struct list_ask *asked, const PGresult *result)
{
    if (PQntuples(result) == 0) {
        wg_reply_refusal(asked->request, 404, "not-found", "没有找到", "There is no such thing");
        return;
    }
    WG_AUTO(wg_text_destroy) struct wg_text cursor = { 0 };
    struct json_object *body =
        asked->listing->item(result, 0, wg_request_english(asked->request), &cursor);
    send_document(asked->request, asked->listing->flags, body);
}

static void on_listed(struct wg_flight *flight, void *arg)
{
    struct list_ask *asked = arg;
    const PGresult *result = wg_flight_result(flight, 0);
    if (result == NULL)
        answer_away(asked->request);
    else if (asked->one)
        answer_one(asked, result);
    else
        answer_list(asked, result);
    free(asked);
}

static void send(struct wg_request *request, struct registry *registry,
                 const struct listing *listing, const struct store_page *page, bool one)
{
    struct list_ask *asked = wg_new(sizeof *asked);
    *asked = (struct list_ask){
        .request = request, .listing = listing, .limit = page->limit, .one = one
    };
    if (listing->ask(registry->store, page, on_listed, asked) == 0)
        return;
    free(asked);
    answer_away(request);
}

static void list(struct wg_request *request, void *arg, const struct listing *listing)
{
    struct store_page page;
    bool administrator = (listing->flags & LISTING_ADMINISTRATOR) != 0;
    if ((!administrator || answer_administrator(request)) && read_page(request, listing, &page))
        send(request, arg, listing, &page, false);
}

void list_areas(struct wg_request *request, void *arg)
{
    list(request, arg, &areas);
}

void list_categories(struct wg_request *request, void *arg)
{
    list(request, arg, &categories);
}

void list_places(struct wg_request *request, void *arg)
{
    list(request, arg, &places);
}

void list_staff(struct wg_request *request, void *arg)
{
    list(request, arg, &staff);
}

void list_duty(struct wg_request *request, void *arg)
{
    list(request, arg, wg_request_query(request, "on") == NULL ? &duty : &cover);
}

void list_parties(struct wg_request *request, void *arg)
{
    list(request, arg, &parties);
}

void list_calendars(struct wg_request *request, void *arg)
{
    list(request, arg, &calendars);
}

void list_competence(struct wg_request *request, void *arg)
{
    list(request, arg, &competence);
}

void list_keys(struct wg_request *request, void *arg)
{
    list(request, arg, &keys);
}

void list_audit(struct wg_request *request, void *arg)
{
    list(request, arg, &audit);
}

/* One area is the list of those from its code up to just after it. */
void get_area(struct wg_request *request, void *arg)
{
    struct store_page page;
    const char *code = wg_request_param(request, "code");
    if (!read_page(request, &one_area, &page))
        return;
    if (!wg_area_valid(code)) {
        wg_reply_refusal(request, 404, "not-found", "没有这个区划", "There is no such area");
        return;
    }
    snprintf(page.area.low, sizeof page.area.low, "%s", code);
    snprintf(page.area.high, sizeof page.area.high, "%s!", code); /* '!' comes before every digit */
    send(request, arg, &one_area, &page, true);
}

void get_staff(struct wg_request *request, void *arg)
{
    struct store_page page;
    const char *code = wg_request_param(request, "code");
    if (!read_page(request, &one_staff, &page))
        return;
    if (!is_plain(code)) {
        wg_reply_refusal(request, 404, "not-found", "没有这个人员",
                         "There is no such member of staff");
        return;
    }
    snprintf(page.after, sizeof page.after, "%s", code);
    send(request, arg, &one_staff, &page, true);
}
