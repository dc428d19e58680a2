#include "services/triage/city_load.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/log.h"
#include "common/service.h"
#include "common/text.h"

#include "services/triage/city_rows.h"
#include "services/triage/workflow_offer.h"
#include "triage_sql.h"

enum { AREA_SLICE = 250, ROW_SLICE = 1000, KINDS = 7, AGAIN_MS = 1000 };
enum kind { AREAS, STAFF, DUTY, CATEGORIES, CALENDARS, WORKFLOWS, PARTIES };

static const char *const kind_names[KINDS] = { "areas",     "staff",     "duty",   "categories",
                                               "calendars", "workflows", "parties" };

/* Every kind has two states: whether it was ever loaded, and whether it is being loaded now. */
struct loader {
    struct wg_service *service;
    struct wg_db *db;
    struct knowledge *knowledge;
    const char *folder, *begins;
    bool loaded[KINDS], loading[KINDS], again[KINDS], told;
    int64_t version[KINDS];
    struct city_areas areas; /* coming */
    struct map *map;
    double metres_lon, metres_lat;
    int64_t areas_change_at; /* when a temporary grid begins or ends; 0 = never */
    struct city_posts posts;
    struct city_duties duties;
    struct calendars calendars;
    int calendars_read;
    void (*on_complete)(void *arg);
    void *on_complete_arg;
};

static void load(struct loader *loader, enum kind kind);

/* ---- the course of a loading */

static void ask(struct loader *loader, enum kind kind, int statement, struct wg_params **params,
                wg_landed *landed)
{
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(landed, loader);
    wg_flight_add(flight, statement, params);
    loader->loading[kind] = wg_db_send(loader->db, &flight) == 0;
    loader->again[kind] = loader->again[kind] || !loader->loading[kind];
}

static void say_missing(struct loader *loader)
{
    char reason[120] = "";
    for (int kind = 0; kind < KINDS && reason[0] == '\0'; kind++)
        if (!loader->loaded[kind])
            snprintf(reason, sizeof reason, "loading %s", kind_names[kind]);
    wg_service_part(loader->service, "city", reason[0] == '\0' ? NULL : reason);
}

/* The last slice has landed: true where the part may be replaced. */
static bool over(struct loader *loader, enum kind kind, const struct wg_flight *flight)
{
    loader->loading[kind] = false;
    if (wg_flight_outcome(flight) != WG_COMMITTED) {
        loader->again[kind] = true; /* the timer tries again */
        return false;
    }
    if (loader->again[kind]) {
        load(loader, kind);
        return false;
    }
    return true;
}

/* Without a calendar of its own the city goes by another, which is to be seen. */
static void say_city_calendar(const struct loader *loader)
{
    const struct calendars_row *row = city_calendar(&loader->knowledge->city);
    if (row != NULL && strcmp(row->code, CALENDARS_CITY) != 0)
        wg_log(WG_WARNING, "no-city-calendar", "instead=%s", row->code);
}

static void finished(struct loader *loader, enum kind kind, size_t n)
{
    loader->loaded[kind] = true;
    wg_log(WG_INFO, "loaded", "kind=%s rows=%zu version=%lld", kind_names[kind], n,
           (long long)loader->version[kind]);
    say_missing(loader);
    if (kind == CALENDARS || kind == AREAS)
        say_city_calendar(loader);
    if (!loader->told && loader_complete(loader)) {
        loader->told = true;
        loader->on_complete(loader->on_complete_arg);
    }
}

/* ---- areas: the origin, then slices */

static void read_areas(struct loader *loader, int64_t after);

static void take_area(struct loader *loader, const PGresult *rows, int row)
{
    struct city_area area = city_row_area(rows, row);
    size_t length;
    const void *border = wg_get_bytes(rows, row, 6, &length);
    city_areas_add(&loader->areas, &area);
    if (border != NULL && !map_add(loader->map, &area, border, length))
        wg_log(WG_WARNING, "border-unreadable", "area=%s", area.code);
}

static void areas_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    struct knowledge *knowledge = loader->knowledge;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    for (int row = 0; row < n; row++)
        take_area(loader, rows, row);
    if (n == AREA_SLICE && !loader->again[AREAS]) {
        read_areas(loader, wg_get_i64(rows, n - 1, 0));
        return;
    }
    if (!over(loader, AREAS, flight))
        return;
    city_areas_finish(&loader->areas);
    loader->areas.version = loader->version[AREAS];
    city_areas_clear(&knowledge->city.areas);
    map_destroy(&knowledge->map);
    knowledge->city.areas = loader->areas;
    knowledge->city.metres_lon = loader->metres_lon;
    knowledge->city.metres_lat = loader->metres_lat;
    knowledge->map = loader->map;
    loader->areas = (struct city_areas){ 0 };
    loader->map = NULL;
    finished(loader, AREAS, knowledge->city.areas.n);
}

static void read_areas(struct loader *loader, int64_t after)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, after);
    wg_params_i32(params, AREA_SLICE);
    wg_params_f64(params, loader->metres_lon);
    wg_params_f64(params, loader->metres_lat);
    wg_params_time(params, wg_clock_now());
    ask(loader, AREAS, SQL_READ_AREAS, &params, areas_landed);
}

static void origin_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL) {
        loader->loading[AREAS] = false;
        loader->again[AREAS] = true;
        return;
    }
    double lat = wg_get_f64(rows, 0, 0);
    loader->areas_change_at = wg_get_time(rows, 0, 1);
    loader->metres_lat =
        110574; /* a degree of the WGS 84 ellipsoid; the scale only serves the 30 m */
    loader->metres_lon = 111320 * cos(lat * M_PI / 180);
    city_areas_clear(&loader->areas);
    map_destroy(&loader->map);
    loader->map = map_new();
    read_areas(loader, 0);
}

/* ---- posts and duty */

static void read_posts(struct loader *loader, int64_t staff_id, const char *post, int64_t area_id);

static void posts_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    for (int row = 0; row < n; row++) {
        const struct city_post post = city_row_post(rows, row);
        city_posts_add(&loader->posts, &post);
    }
    if (n == ROW_SLICE && !loader->again[STAFF]) {
        read_posts(loader, wg_get_i64(rows, n - 1, 0), wg_get_text(rows, n - 1, 1),
                   wg_get_i64(rows, n - 1, 2));
        return;
    }
    if (!over(loader, STAFF, flight))
        return;
    city_posts_finish(&loader->posts);
    loader->posts.version = loader->version[STAFF];
    city_posts_clear(&loader->knowledge->city.posts);
    loader->knowledge->city.posts = loader->posts;
    loader->posts = (struct city_posts){ 0 };
    finished(loader, STAFF, loader->knowledge->city.posts.n);
}

static void read_posts(struct loader *loader, int64_t staff_id, const char *post, int64_t area_id)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, staff_id);
    wg_params_text(params, post);
    wg_params_i64(params, area_id);
    wg_params_i32(params, ROW_SLICE);
    ask(loader, STAFF, SQL_READ_POSTS, &params, posts_landed);
}

/* Those who left come before the posts: whoever is woken because of them finds both. */
static void heirs_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL || loader->again[STAFF]) {
        (void)over(loader, STAFF, flight);
        return;
    }
    city_rows_heirs(&loader->knowledge->city.heirs, rows);
    read_posts(loader, 0, "", 0);
}

static void read_duties(struct loader *loader, int64_t after);

static void duties_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    for (int row = 0; row < n; row++) {
        const struct city_duty duty = city_row_duty(rows, row);
        city_duties_add(&loader->duties, &duty);
    }
    if (n == ROW_SLICE && !loader->again[DUTY]) {
        read_duties(loader, wg_get_i64(rows, n - 1, 0));
        return;
    }
    if (!over(loader, DUTY, flight))
        return;
    city_duties_finish(&loader->duties);
    loader->duties.version = loader->version[DUTY];
    city_duties_clear(&loader->knowledge->city.duties);
    loader->knowledge->city.duties = loader->duties;
    loader->duties = (struct city_duties){ 0 };
    finished(loader, DUTY, loader->knowledge->city.duties.n);
}

static void read_duties(struct loader *loader, int64_t after)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, after);
    wg_params_time(params, wg_clock_now());
    wg_params_i32(params, ROW_SLICE);
    ask(loader, DUTY, SQL_READ_DUTIES, &params, duties_landed);
}

/* ---- categories: small enough for one reading */

static void categories_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    struct city_categories fresh = { 0 };
    const PGresult *rows = wg_flight_result(flight, 0);
    if (!over(loader, CATEGORIES, flight))
        return;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct city_category category = city_row_category(rows, row);
        city_categories_add(&fresh, &category);
    }
    city_categories_finish(&fresh);
    fresh.version = loader->version[CATEGORIES];
    city_categories_clear(&loader->knowledge->city.categories);
    loader->knowledge->city.categories = fresh;
    finished(loader, CATEGORIES, fresh.n);
}

/* ---- parties, with those who act for them */

static void parties_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    struct city_parties fresh = { .version = loader->version[PARTIES] };
    const PGresult *rows = wg_flight_result(flight, 0);
    if (!over(loader, PARTIES, flight))
        return;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct city_party party = city_row_party(rows, row);
        city_parties_add(&fresh, &party);
    }
    city_parties_clear(&loader->knowledge->city.parties);
    loader->knowledge->city.parties = fresh;
    finished(loader, PARTIES, fresh.n);
}

/* ---- calendars: a version at a time, since each is reckoned through for a century */

static void read_calendars(struct loader *loader);

static void calendars_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    struct city *city = &loader->knowledge->city;
    char fault[200];
    const PGresult *rows = wg_flight_result(flight, 0);
    bool more = rows != NULL && PQntuples(rows) > 0 && loader->calendars_read < CALENDARS_MOST;
    if (more && !loader->again[CALENDARS]) {
        if (city_row_calendar(&loader->calendars, rows, fault, sizeof fault) != 0)
            wg_log(WG_ERROR, "calendar-unreadable", "calendar=%s reason=%s",
                   wg_get_text(rows, 0, 0), wg_log_quote(fault));
        loader->calendars_read++;
        read_calendars(loader);
        return;
    }
    if (!over(loader, CALENDARS, flight))
        return;
    calendars_clear(&city->calendars);
    city->calendars = loader->calendars;
    city->calendars.version = loader->version[CALENDARS];
    loader->calendars = (struct calendars){ 0 };
    finished(loader, CALENDARS, city->calendars.n);
}

static void read_calendars(struct loader *loader)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_time(params, wg_clock_now());
    wg_params_i32(params, loader->calendars_read);
    ask(loader, CALENDARS, SQL_READ_CALENDARS, &params, calendars_landed);
}

/* ---- workflows: the folder's files become versions; then all versions are read */

static void read_workflows(struct loader *loader, int after);

static void take_workflow(struct loader *loader, const PGresult *rows)
{
    struct knowledge *knowledge = loader->knowledge;
    struct wg_json_verdict verdict;
    struct workflow *workflow;
    char fault[200] = "no JSON";
    int id = (int)wg_get_i64(rows, 0, 0);
    const char *text = wg_get_text(rows, 0, 2);
    if (knowledge->n_workflows == WORKFLOWS_MOST)
        return;
    WG_AUTO(wg_json_put)
    struct json_object *definition = wg_json_parse(text, strlen(text), &verdict);
    if (definition == NULL || workflow_new(definition, id, &workflow, fault, sizeof fault) != 0) {
        wg_log(WG_ERROR, "workflow-unreadable", "workflow=%d reason=%s", id, wg_log_quote(fault));
        return;
    }
    knowledge->workflows[knowledge->n_workflows++] = workflow;
    if (strcmp(workflow_name(workflow), loader->begins) == 0)
        knowledge->newest = workflow;
}

static void workflows_landed(struct wg_flight *flight, void *arg)
{
    struct loader *loader = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows != NULL && PQntuples(rows) > 0 && !loader->again[WORKFLOWS]) {
        take_workflow(loader, rows);
        read_workflows(loader, (int)wg_get_i64(rows, 0, 0));
        return;
    }
    if (over(loader, WORKFLOWS, flight) && loader->knowledge->newest != NULL)
        finished(loader, WORKFLOWS, loader->knowledge->n_workflows);
}

static void read_workflows(struct loader *loader, int after)
{
    const struct knowledge *knowledge = loader->knowledge;
    struct wg_column *known = wg_column_new(WG_I32);
    for (size_t i = 0; i < knowledge->n_workflows; i++)
        wg_column_i64(known, workflow_id(knowledge->workflows[i]));
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i32(params, after);
    wg_params_array(params, &known);
    ask(loader, WORKFLOWS, SQL_READ_WORKFLOWS, &params, workflows_landed);
}

static void offered(bool all, void *arg)
{
    struct loader *loader = arg;
    loader->again[WORKFLOWS] = loader->again[WORKFLOWS] || !all;
    read_workflows(loader, 0);
}

/* ---- starting a loading */

static void load(struct loader *loader, enum kind kind)
{
    loader->again[kind] = false;
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    switch (kind) {
    case AREAS:
        wg_params_time(params, wg_clock_now());
        ask(loader, AREAS, SQL_READ_MAP_ORIGIN, &params, origin_landed);
        break;
    case STAFF:
        loader->posts.n = 0;
        ask(loader, STAFF, SQL_READ_HEIRS, &params, heirs_landed);
        break;
    case DUTY:
        loader->duties.n = 0;
        read_duties(loader, 0);
        break;
    case CATEGORIES:
        ask(loader, CATEGORIES, SQL_READ_CATEGORIES, &params, categories_landed);
        break;
    case CALENDARS:
        calendars_clear(&loader->calendars);
        loader->calendars_read = 0;
        read_calendars(loader);
        break;
    case PARTIES:
        ask(loader, PARTIES, SQL_READ_PARTIES, &params, parties_landed);
        break;
    case WORKFLOWS:
        loader->loading[WORKFLOWS] = true;
        if (loader->loaded[WORKFLOWS])
            read_workflows(loader, 0);
        else
            workflow_offer(loader->service, loader->db, loader->folder, offered, loader);
        break;
    }
}

void loader_changed(struct loader *loader, const char *kind, int64_t version)
{
    for (int i = 0; i < KINDS; i++) {
        bool of_staff = i == PARTIES && strcmp(kind, kind_names[STAFF]) == 0;
        if (strcmp(kind, kind_names[i]) != 0 && !of_staff)
            continue;
        loader->version[i] = version;
        if (loader->loading[i])
            loader->again[i] =
                true; /* what is being read may be stale: it starts again when it has landed */
        else
            load(loader, (enum kind)i);
    }
}

static void try_again(void *arg)
{
    struct loader *loader = arg;
    if (loader->areas_change_at != 0 && wg_clock_now() >= loader->areas_change_at) {
        loader->areas_change_at = 0;
        loader->again[AREAS] = true;
    }
    for (int kind = 0; kind < KINDS; kind++)
        if (loader->again[kind] && !loader->loading[kind] && wg_db_ready(loader->db))
            load(loader, (enum kind)kind);
}

bool loader_complete(const struct loader *loader)
{
    for (int kind = 0; kind < KINDS; kind++)
        if (!loader->loaded[kind])
            return false;
    return loader->knowledge->city.areas.n > 0 && loader->knowledge->city.calendars.n > 0;
}

void loader_on_complete(struct loader *loader, void (*fn)(void *arg), void *arg)
{
    loader->on_complete = fn;
    loader->on_complete_arg = arg;
}

struct loader *loader_new(struct wg_service *service, struct wg_db *db, const char *folder,
                          const char *begins, struct knowledge *knowledge)
{
    struct loader *loader = wg_new(sizeof *loader);
    *loader = (struct loader){
        .service = service, .db = db, .knowledge = knowledge, .folder = folder, .begins = begins
    };
    say_missing(loader);
    wg_service_timer(service, AGAIN_MS, 0, try_again, loader);
    return loader;
}

void loader_destroy(struct loader **loader)
{
    struct loader *self = *loader;
    if (self == NULL)
        return;
    city_areas_clear(&self->areas);
    city_posts_clear(&self->posts);
    city_duties_clear(&self->duties);
    calendars_clear(&self->calendars);
    map_destroy(&self->map);
    city_clear(&self->knowledge->city);
    map_destroy(&self->knowledge->map);
    for (size_t i = 0; i < self->knowledge->n_workflows; i++)
        workflow_destroy(&self->knowledge->workflows[i]);
    free(self);
    *loader = NULL;
}
