#include "services/triage/opening.h"

#include <string.h>

#include "common/clock.h"
#include "common/position.h"
#include "common/text.h"

#include "services/triage/about.h"
#include "services/triage/facts.h"
#include "services/triage/notices.h"
#include "triage_sql.h"

void opening_destroy(struct opening **opening)
{
    if (*opening == NULL)
        return;
    workflow_decision_clear(&(*opening)->decision);
    free(*opening);
    *opening = NULL;
}

static const char *or_empty(const char *text)
{
    return text == NULL ? "" : text;
}

static void read_point(struct opening *opening, const PGresult *rows, int row)
{
    const char *crs = wg_get_text(rows, row, 7);
    opening->has_point = !wg_is_null(rows, row, 5) && !wg_is_null(rows, row, 6);
    if (opening->has_point)
        wg_position_to_wgs84(crs == NULL ? WG_WGS84 : wg_crs_named(crs), wg_get_f64(rows, row, 5),
                             wg_get_f64(rows, row, 6), &opening->lat, &opening->lon);
}

struct opening *opening_decide(const struct knowledge *knowledge, const PGresult *rows, int row)
{
    struct opening *opening = wg_new(sizeof *opening);
    struct workflow_facts facts;
    int64_t now = wg_clock_now();
    read_point(opening, rows, row);
    opening->received_at = wg_get_time(rows, row, 1);
    wg_copy(opening->title, sizeof opening->title, wg_get_text(rows, row, 2));
    opening->title[strcspn(opening->title, "\r\n")] = '\0';
    struct facts_input input = {
        .category = or_empty(wg_get_text(rows, row, 3)),
        .area = or_empty(wg_get_text(rows, row, 4)),
        .has_point = opening->has_point,
        .lat = opening->lat,
        .lon = opening->lon,
        .opening = true,
        .reporter_has_mail = wg_get_bool(rows, row, 9),
        .reporter_known = wg_get_bool(rows, row, 10),
    };
    about_shield(&knowledge->city, wg_get_text(rows, row, 16), wg_get_text(rows, row, 18),
                 opening->shield);
    opening->about = wg_get_i64(rows, row, 17); /* 0 where it is about nobody */
    if (opening->shield[0] != '\0')
        input.area = opening->shield;
    input.about = opening->about;
    input.shield = opening->shield;
    input.has_point = opening->has_point && opening->shield[0] == '\0';
    const struct workflow_case fresh = {
        .id = wg_get_i64(rows, row, 0),
        .training = wg_get_bool(rows, row, 8),
        .opened_at = now,
    };
    const struct city_category *category = city_category(&knowledge->city, input.category);
    const struct workflow *workflow =
        category == NULL ? knowledge->newest : knowledge_newest(knowledge, category->workflow);
    const struct facts_source source = { &knowledge->city, knowledge->map, workflow };
    facts_find(&source, &input, now, &facts);
    facts.opener = wg_get_i64(rows, row, 11);
    facts.source = wg_get_bool(rows, row, 12);
    facts.source_kind = wg_get_text(rows, row, 19);
    facts.external_due = wg_get_time(rows, row, 13);
    facts.return_by = wg_get_time(rows, row, 14);
    facts.backfilled = wg_get_bool(rows, row, 15);
    facts.handled = wg_get_bool(rows, row, 20);
    facts.reports = 1;
    facts.restricted = facts.restricted || opening->shield[0] != '\0';
    opening->workflow = workflow_id(workflow);
    workflow_open(workflow, &fresh, &facts, &opening->decision);
    return opening;
}

/* ---- writing */

static void put_json(struct wg_column *column, const struct workflow_case *after,
                     void (*write)(const struct workflow_case *from, struct wg_text *out,
                                   const char *key),
                     struct wg_text *room)
{
    wg_text_clear(room);
    write(after, room, NULL);
    wg_column_bytes(column, room->bytes, room->length);
}

static void put_row(struct wg_column **c, const struct opening *opening, struct wg_text *room)
{
    const struct workflow_case *after = &opening->decision.after;
    wg_column_i64(c[0], after->id);
    wg_column_i64(c[1], opening->workflow);
    wg_column_text(c[2], after->state);
    wg_column_text(c[3], after->level);
    wg_column_text_or_null(c[4], after->grade);
    wg_column_i64(c[5], after->area_id);
    wg_column_text(c[6], after->area);
    wg_column_text_or_null(c[7], after->category);
    wg_column_i64_or_null(c[8], after->holder);
    wg_column_text_or_null(c[9], after->reason);
    wg_column_text(c[10], opening->title);
    if (opening->has_point) {
        wg_column_f64(c[11], opening->lat);
        wg_column_f64(c[12], opening->lon);
    } else {
        wg_column_null(c[11]);
        wg_column_null(c[12]);
    }
    wg_column_i64(c[13], after->training);
    wg_column_i64(c[14], after->restricted);
    wg_column_i64(c[15], after->opened_at);
    wg_column_i64_or_null(c[16], after->due_at);
    wg_column_i64_or_null(c[17], after->wake_at);
    put_json(c[18], after, workflow_write_clocks, room);
    wg_column_text(c[19], opening->decision.event);
    wg_column_bytes(c[20], opening->decision.data.bytes, opening->decision.data.length);
    if (workflow_has_more(after))
        put_json(c[21], after, workflow_write_more, room);
    else
        wg_column_null(c[21]);
    wg_column_i64_or_null(c[22], opening->about);
    wg_column_text_or_null(c[23], opening->shield);
    wg_column_i64_or_null(c[24], after->resolver);
    wg_column_text_or_null(c[25], after->outcome);
}

void openings_add(struct wg_flight *flight, const struct opening *const *openings, size_t n)
{
    static const enum wg_type types[] = {
        WG_I64,    WG_I32,  WG_STRING, WG_STRING, WG_STRING, WG_I64,    WG_STRING,
        WG_STRING, WG_I64,  WG_STRING, WG_STRING, WG_F64,    WG_F64,    WG_BOOL,
        WG_BOOL,   WG_TIME, WG_TIME,   WG_TIME,   WG_JSON,   WG_STRING, WG_JSON,
        WG_JSON,   WG_I64,  WG_STRING, WG_I64,    WG_STRING,
    };
    struct wg_column *columns[WG_COUNT(types)];
    struct notice_columns notices;
    WG_AUTO(wg_text_destroy) struct wg_text room = { 0 };
    for (size_t i = 0; i < WG_COUNT(types); i++)
        columns[i] = wg_column_new(types[i]);
    notices_begin(&notices);
    for (size_t i = 0; i < n; i++) {
        put_row(columns, openings[i], &room);
        notices_put(&notices, &openings[i]->decision);
    }
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &columns[i]);
    notices_end(&notices, params, wg_clock_now());
    wg_flight_add(flight, SQL_OPEN_CASES, &params);
}
