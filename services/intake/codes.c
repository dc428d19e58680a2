#include "services/intake/codes.h"

#include <string.h>

#include "common/clock.h"
#include "common/service.h"

#include "intake_sql.h"

enum { SLICE = 1000, CODE_ROOM = 44, AGAIN_MS = 1000 };

struct list {
    char (*codes)[CODE_ROOM]; /* sorted as PostgreSQL's "C" collation and strcmp sort */
    size_t n, room;
};

struct codes {
    struct wg_service *service;
    struct wg_db *db;
    struct list areas, areas_coming, categories;
    bool areas_known, categories_known; /* read at least once; an empty city knows that it is */
    bool reading_areas, areas_again;
    bool areas_due, categories_due; /* a reading failed; the timer begins anew */
};

static void add(struct list *list, const char *code)
{
    if (list->n == list->room) {
        list->room = list->room == 0 ? 1024 : list->room * 2;
        list->codes = wg_resize(list->codes, list->room * CODE_ROOM);
    }
    snprintf(list->codes[list->n++], CODE_ROOM, "%s", code);
}

static void replace(struct list *list, struct list *by)
{
    free(list->codes);
    *list = *by;
    *by = (struct list){ 0 };
}

static int compare(const void *left, const void *right)
{
    return strcmp(left, right);
}

static bool have(const struct list *list, const char *code)
{
    return list->n > 0 && bsearch(code, list->codes, list->n, CODE_ROOM, compare) != NULL;
}

bool codes_have_area(const char *code, void *codes)
{
    return have(&((const struct codes *)codes)->areas, code);
}

bool codes_have_category(const char *code, void *codes)
{
    return have(&((const struct codes *)codes)->categories, code);
}

bool codes_complete(const struct codes *codes)
{
    return codes->areas_known && codes->categories_known;
}

/* ---- reading */

static void say_known(struct codes *codes)
{
    wg_service_part(codes->service, "codes", codes_complete(codes) ? NULL : "reading codes");
}

static void read_areas(struct codes *codes, const char *after);

static void begin_areas(struct codes *codes)
{
    codes->areas_again = codes->areas_due = false;
    codes->areas_coming.n = 0;
    read_areas(codes, "");
}

static void areas_landed(struct wg_flight *flight, void *arg)
{
    struct codes *codes = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    int n = rows == NULL ? 0 : PQntuples(rows);
    for (int row = 0; row < n; row++)
        add(&codes->areas_coming, wg_get_text(rows, row, 0));
    if (n == SLICE && !codes->areas_again) {
        read_areas(codes, wg_get_text(rows, n - 1, 0));
        return;
    }
    codes->reading_areas = false;
    if (rows == NULL) {
        codes->areas_due = true;
    } else if (codes->areas_again) {
        begin_areas(codes);
    } else {
        replace(&codes->areas, &codes->areas_coming);
        codes->areas_known = true;
    }
    say_known(codes);
}

static void read_areas(struct codes *codes, const char *after)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, after);
    wg_params_i32(params, SLICE);
    wg_params_time(params, wg_clock_now());
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(areas_landed, codes);
    wg_flight_add(flight, SQL_READ_AREA_CODES, &params);
    codes->reading_areas = wg_db_send(codes->db, &flight) == 0;
    codes->areas_due = !codes->reading_areas;
}

static void categories_landed(struct wg_flight *flight, void *arg)
{
    struct codes *codes = arg;
    struct list fresh = { 0 };
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL) {
        codes->categories_due = true;
        return;
    }
    for (int row = 0; row < PQntuples(rows); row++)
        add(&fresh, wg_get_text(rows, row, 0));
    replace(&codes->categories, &fresh);
    codes->categories_known = true;
    say_known(codes);
}

static void read_categories(struct codes *codes)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(categories_landed, codes);
    wg_flight_add(flight, SQL_READ_CATEGORY_CODES, &params);
    codes->categories_due = wg_db_send(codes->db, &flight) != 0;
}

static void try_again(void *arg)
{
    struct codes *codes = arg;
    if (!wg_db_ready(codes->db))
        return;
    if (codes->categories_due)
        read_categories(codes);
    if (codes->areas_due)
        begin_areas(codes);
}

void codes_changed(struct codes *codes, const char *kind)
{
    if (strcmp(kind, "categories") == 0)
        read_categories(codes);
    if (strcmp(kind, "areas") != 0)
        return;
    if (codes->reading_areas)
        codes->areas_again = true; /* it is stale: begun anew when the slice lands */
    else
        begin_areas(codes);
}

struct codes *codes_new(struct wg_service *service, struct wg_db *db)
{
    struct codes *codes = wg_new(sizeof *codes);
    codes->service = service;
    codes->db = db;
    wg_service_timer(service, AGAIN_MS, 0, try_again, codes);
    say_known(codes);
    return codes;
}

void codes_destroy(struct codes **codes)
{
    if (*codes == NULL)
        return;
    free((*codes)->areas.codes);
    free((*codes)->areas_coming.codes);
    free((*codes)->categories.codes);
    free(*codes);
    *codes = NULL;
}
