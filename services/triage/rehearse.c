#include "services/triage/rehearse.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/db.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/rehearsal.h"
#include "triage_sql.h"

enum { FILE_MOST = 1 << 20, SLICE = 200, EVENTS_MOST = 4096, DAYS_MOST = 3660 };

/* Columns of rehearse_cases.sql. */
enum {
    CASE,
    N,
    AT,
    ACTOR,
    DATA,
    OPENED_AT,
    BORN_AREA,
    REPORTER,
    OPENER,
    SOURCE,
    DUE_AT,
    RETURN_BY,
    BACKFILLED,
    REPORTS,
    SOURCE_KIND,
    HANDLED
};

struct asked {
    const char *file, *conninfo, *calendar;
    long days;
};

/* Sums over all cases. */
struct sums {
    size_t cases, differ, judged, not_judged, n_broken;
    struct rehearsal_broken broken[REHEARSAL_CLOCKS];
};

/* Who had which post, as has_post wants it. */
static struct json_object *posts_of_all, *parties_of_all;

static int complain(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    return 2;
}

/* ---- reading */

static struct json_object *read_json(const char *path)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_free) char *bytes = wg_new(FILE_MOST + 1);
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        complain(path, strerror(errno));
        return NULL;
    }
    size_t length = fread(bytes, 1, FILE_MOST + 1, file);
    fclose(file);
    struct json_object *read = length > FILE_MOST ? NULL : wg_json_parse(bytes, length, &verdict);
    if (read == NULL)
        complain(path, "不是 JSON，或超过 1 MiB (is no JSON, or is over 1 MiB)");
    return read;
}

/* The first of a person's rows in a list of [staff, …], which is in the order of staff. */
static size_t first_of(struct json_object *list, int64_t staff)
{
    size_t low = 0, high = json_object_array_length(list);
    while (low < high) {
        size_t middle = (low + high) / 2;
        struct json_object *row = json_object_array_get_idx(list, middle);
        if (json_object_get_int64(json_object_array_get_idx(row, 0)) < staff)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Posts that somebody has, or had: whether they were in office that day is not weighed. */
static bool has_post(const char *post, const char *area, const void *arg)
{
    int64_t staff = *(const int64_t *)arg;
    for (size_t i = first_of(posts_of_all, staff); i < json_object_array_length(posts_of_all);
         i++) {
        struct json_object *row = json_object_array_get_idx(posts_of_all, i);
        const char *of = json_object_get_string(json_object_array_get_idx(row, 2));
        if (json_object_get_int64(json_object_array_get_idx(row, 0)) != staff)
            return false;
        if (strcmp(json_object_get_string(json_object_array_get_idx(row, 1)), post) == 0 &&
            strncmp(area, of, strlen(of)) == 0)
            return true;
    }
    return false;
}

static int32_t party_of(int64_t staff)
{
    size_t i = first_of(parties_of_all, staff);
    struct json_object *row = i < json_object_array_length(parties_of_all)
                                  ? json_object_array_get_idx(parties_of_all, i)
                                  : NULL;
    return row != NULL && json_object_get_int64(json_object_array_get_idx(row, 0)) == staff
               ? (int32_t)json_object_get_int64(json_object_array_get_idx(row, 1))
               : 0;
}

/* ---- the rules */

static int take_workflow(const char *where, struct json_object *definition,
                         struct workflow **ret_workflow)
{
    char fault[200] = "";
    struct workflow *workflow = NULL;
    if (definition == NULL)
        return 2;
    if (workflow_new(definition, 0, &workflow, fault, sizeof fault) != 0)
        return complain(where, fault);
    *ret_workflow = workflow;
    return 0;
}

static int take_calendar(const char *where, struct json_object *definition,
                         struct calendars_row *into)
{
    char fault[300] = "";
    struct wg_calendar *calendar = NULL;
    if (definition == NULL)
        return 2;
    if (wg_calendar_new(definition, &calendar, fault, sizeof fault) != 0)
        return complain(where, fault);
    wg_calendar_destroy(&into->table);
    into->table = calendar;
    return 0;
}

/* list: [[code, version, definition], …], the newest of each code. */
static int take_calendars(struct json_object *list, struct calendars *calendars)
{
    int code = 0;
    for (size_t i = 0; code == 0 && i < json_object_array_length(list); i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        struct calendars_row *row = &calendars->rows[calendars->n];
        if (calendars->n == CALENDARS_MOST)
            return complain("calendars", "日历太多 (too many calendars)");
        wg_copy(row->code, sizeof row->code,
                json_object_get_string(json_object_array_get_idx(one, 0)));
        row->version = json_object_get_int64(json_object_array_get_idx(one, 1));
        code = take_calendar(row->code, json_object_array_get_idx(one, 2), row);
        calendars->n += code == 0;
    }
    return code;
}

static void rules_clear(struct rehearsal_rules *rules)
{
    workflow_destroy(&rules->workflow);
    calendars_clear(&rules->calendars);
}

static struct json_object *column(const PGresult *rows, int field)
{
    return json_tokener_parse(PQgetvalue(rows, 0, field));
}

/* The rules that hold, for the workflow that the file names, and who has which post. */
static int read_then(PGconn *connection, const char *name, struct rehearsal *rehearsal)
{
    const char *const values[] = { name, wg_time_string(rehearsal->until) };
    PGresult *rows = PQexecParams(connection, sql_statements[SQL_REHEARSE_RULES].sql, 2, NULL,
                                  values, NULL, NULL, 0);
    int code = 2;
    if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
        complain("rehearse", PQerrorMessage(connection));
    } else if (PQntuples(rows) == 0) {
        complain(name, "没有这个流程，或没有日历 (no such workflow is in force, or no calendar)");
    } else {
        WG_AUTO(wg_json_put) struct json_object *definition = column(rows, 0);
        WG_AUTO(wg_json_put) struct json_object *calendars = column(rows, 1);
        wg_copy(rehearsal->root_calendar, sizeof rehearsal->root_calendar, PQgetvalue(rows, 0, 2));
        posts_of_all = column(rows, 3);
        parties_of_all = column(rows, 4);
        code = take_workflow(name, definition, &rehearsal->then.workflow);
        if (code == 0)
            code = take_calendars(calendars, &rehearsal->then.calendars);
        if (code == 0)
            code = take_calendars(calendars, &rehearsal->now.calendars);
    }
    PQclear(rows);
    return code;
}

/* The calendar of the file stands for that of its code, or of the city where it names none. */
static int read_calendar(const char *path, struct rehearsal *rehearsal)
{
    WG_AUTO(wg_json_put) struct json_object *calendar = read_json(path);
    const char *code = wg_json_text(calendar, "code");
    const struct calendars *then = &rehearsal->then.calendars;
    const struct calendars_row *row = code != NULL ? calendars_newest(then, code)
                                                   : calendars_city(then, rehearsal->root_calendar);
    if (calendar != NULL && row == NULL)
        return complain(path, "没有这个代码的日历 (there is no calendar with this code)");
    return take_calendar(path, calendar,
                         row == NULL ? NULL : &rehearsal->now.calendars.rows[row - then->rows]);
}

static int read_now(const struct asked *asked, struct json_object *definition,
                    struct rehearsal *rehearsal)
{
    int code = take_workflow(asked->file, definition, &rehearsal->now.workflow);
    return code != 0 || asked->calendar == NULL ? code : read_calendar(asked->calendar, rehearsal);
}

/* ---- cases */

static void add_sums(struct sums *sums, const struct rehearsal_result *result)
{
    sums->judged += result->judged;
    sums->not_judged += result->not_judged;
    sums->differ += result->differences.length > 0;
    for (size_t i = 0; i < result->n_broken; i++) {
        size_t k = 0;
        while (k < sums->n_broken && strcmp(sums->broken[k].clock, result->broken[i].clock) != 0)
            k++;
        if (k == REHEARSAL_CLOCKS)
            continue;
        if (k == sums->n_broken)
            sums->broken[sums->n_broken++] = (struct rehearsal_broken){ 0 };
        wg_copy(sums->broken[k].clock, sizeof sums->broken[k].clock, result->broken[i].clock);
        sums->broken[k].then += result->broken[i].then;
        sums->broken[k].now += result->broken[i].now;
    }
}

/* Rows first to last (without it) are one case's. */
static void run_case(const struct rehearsal *rehearsal, const PGresult *rows, const int span[2],
                     struct sums *sums)
{
    const int first = span[0], n = span[1] - first;
    WG_AUTO(wg_free) struct rehearsal_event *events = wg_new((size_t)n * sizeof *events);
    struct rehearsal_result result;
    const struct rehearsal_case of = {
        .fresh = { .id = wg_get_i64(rows, first, CASE),
                   .opened_at = wg_get_time(rows, first, OPENED_AT),
                   .born_area_id = wg_get_i64(rows, first, BORN_AREA) },
        .reporter_known = wg_get_bool(rows, first, REPORTER),
        .source = wg_get_bool(rows, first, SOURCE),
        .source_kind = wg_get_text(rows, first, SOURCE_KIND),
        .backfilled = wg_get_bool(rows, first, BACKFILLED),
        .opener = wg_get_i64(rows, first, OPENER),
        .external_due = wg_get_time(rows, first, DUE_AT),
        .return_by = wg_get_time(rows, first, RETURN_BY),
        .reports = (int32_t)wg_get_i64(rows, first, REPORTS),
        .handled = wg_get_bool(rows, first, HANDLED),
        .n_events = (size_t)n,
        .events = events,
    };
    for (int i = 0; i < n; i++)
        events[i] = (struct rehearsal_event){
            .n = (int32_t)wg_get_i64(rows, first + i, N),
            .at = wg_get_time(rows, first + i, AT),
            .actor = wg_get_i64(rows, first + i, ACTOR),
            .party = party_of(wg_get_i64(rows, first + i, ACTOR)),
            .data = json_tokener_parse(PQgetvalue(rows, first + i, DATA)),
        };
    rehearsal_run(rehearsal, &of, &result);
    if (result.differences.length > 0)
        printf("事件 (case) %lld\n%s", (long long)of.fresh.id, result.differences.bytes);
    add_sums(sums, &result);
    sums->cases++;
    rehearsal_result_clear(&result);
    for (int i = 0; i < n; i++)
        json_object_put(events[i].data);
}

/* The cases after *last; false: there are no more, or they could not be read (*ret_code). */
static bool run_slice(PGconn *connection, const struct rehearsal *rehearsal, const char *values[4],
                      struct sums *sums, int *ret_code)
{
    static char last[24];
    PGresult *rows = PQexecParams(connection, sql_statements[SQL_REHEARSE_CASES].sql, 4, NULL,
                                  values, NULL, NULL, 1);
    if (PQresultStatus(rows) != PGRES_TUPLES_OK) {
        *ret_code = complain("rehearse", PQerrorMessage(connection));
        PQclear(rows);
        return false;
    }
    int n = PQntuples(rows), span[2] = { 0, 0 };
    for (int i = 1; i <= n; i++) {
        if (i < n && wg_get_i64(rows, i, CASE) == wg_get_i64(rows, i - 1, CASE))
            continue;
        span[1] = i;
        run_case(rehearsal, rows, span, sums);
        span[0] = i;
    }
    if (n > 0)
        snprintf(last, sizeof last, "%lld", (long long)wg_get_i64(rows, n - 1, CASE));
    values[0] = last;
    PQclear(rows);
    return n > 0;
}

static void print_sums(const struct sums *sums)
{
    printf("事件 %zu 件，步骤 %zu 步，无法判断 %zu 步，有变化 %zu 件 (%zu cases, %zu steps, %zu "
           "not judged, %zu cases differ)\n",
           sums->cases, sums->judged, sums->not_judged, sums->differ, sums->cases, sums->judged,
           sums->not_judged, sums->differ);
    for (size_t i = 0; i < sums->n_broken; i++)
        printf("时限 %s 超期：%zu → %zu (limit %s: %zu ran out, %zu would have)\n",
               sums->broken[i].clock, sums->broken[i].then, sums->broken[i].now,
               sums->broken[i].clock, sums->broken[i].then, sums->broken[i].now);
}

static int run_all(PGconn *connection, const struct rehearsal *rehearsal, long days)
{
    char slice[8];
    struct sums sums = { 0 };
    int code = 0;
    int64_t since = rehearsal->until - days * 86400 * WG_SECOND;
    const char *values[4] = { "0", workflow_name(rehearsal->then.workflow), wg_time_string(since),
                              slice };
    char from[40];
    wg_copy(from, sizeof from, values[2]);
    values[2] = from;
    snprintf(slice, sizeof slice, "%d", SLICE);
    while (run_slice(connection, rehearsal, values, &sums, &code))
        continue;
    if (code != 0)
        return code;
    print_sums(&sums);
    bool differs = sums.differ > 0;
    for (size_t i = 0; i < sums.n_broken; i++)
        differs = differs || sums.broken[i].then != sums.broken[i].now;
    return differs;
}

static bool take_arguments(int argc, char **argv, struct asked *ret_asked)
{
    for (int i = 0; i < argc; i++) {
        const char *next = i + 1 < argc ? argv[i + 1] : NULL;
        if (argv[i][0] != '-' && ret_asked->file == NULL) {
            ret_asked->file = argv[i];
            continue;
        }
        if (next == NULL)
            return false;
        if (strcmp(argv[i], "--db") == 0)
            ret_asked->conninfo = next;
        else if (strcmp(argv[i], "--calendar") == 0)
            ret_asked->calendar = next;
        else if (strcmp(argv[i], "--days") == 0)
            ret_asked->days = strtol(next, NULL, 10);
        else
            return false;
        i++;
    }
    return ret_asked->file != NULL && ret_asked->days > 0 && ret_asked->days <= DAYS_MOST;
}

int rehearse_run(int argc, char **argv)
{
    struct asked asked = { .conninfo = "", .days = 90 };
    struct rehearsal rehearsal = { .has_post = has_post, .until = wg_clock_now() };
    if (!take_arguments(argc, argv, &asked))
        return complain("rehearse", "wangge-triage rehearse FILE [--db CONNINFO] [--calendar FILE] "
                                    "[--days 90]");
    WG_AUTO(wg_json_put) struct json_object *definition = read_json(asked.file);
    const char *name = wg_json_text(definition, "workflow");
    if (name == NULL)
        return definition == NULL ? 2 : complain(asked.file, "/workflow");
    PGconn *connection = PQconnectdb(asked.conninfo);
    PQclear(PQexec(connection, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    int code = read_then(connection, name, &rehearsal);
    if (code == 0)
        code = read_now(&asked, definition, &rehearsal);
    if (code == 0)
        code = run_all(connection, &rehearsal, asked.days);
    PQfinish(connection);
    rules_clear(&rehearsal.then);
    rules_clear(&rehearsal.now);
    json_object_put(posts_of_all);
    json_object_put(parties_of_all);
    return code;
}
