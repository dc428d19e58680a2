#include "tests/bench/folder.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/memory.h"

#include "services/reporting/day.h"

enum { READ_MOST = 1000, BATCH_MOST = 5000 };
static const char *const me = "bench";
static const int64_t HOUR = 3600 * WG_SECOND;

/* Columns of read_log.sql. */
enum { XID, CASE, N, AT, TRAINING, AREA, STATE, CATEGORY };

static void put_position(struct wg_params *params, const struct folder_position *position)
{
    wg_params_i64(params, position->xid);
    wg_params_i64(params, position->case_id);
    wg_params_i32(params, position->n);
}

static void read_on(struct folder *folder)
{
    struct wg_params *none = wg_params_new(), *params = wg_params_new();
    put_position(params, &folder->to);
    wg_params_i32(params, READ_MOST);
    lane_add(&folder->lane, "read_horizon", &none);
    lane_add(&folder->lane, "read_log", &params);
    folder->reading = true;
    lane_send(&folder->lane, NULL);
}

static void put_rows(struct wg_params *params, const struct rollups_row *rows, size_t n)
{
    struct wg_column *columns[] = { wg_column_new(WG_STRING), wg_column_new(WG_I32),
                                    wg_column_new(WG_STRING), wg_column_new(WG_I32),
                                    wg_column_new(WG_I32) };
    for (size_t i = 0; i < n; i++) {
        wg_column_text(columns[0], rows[i].area);
        wg_column_i64(columns[1], rows[i].day);
        wg_column_text(columns[2], rows[i].name);
        wg_column_i64(columns[3], rows[i].more);
        wg_column_i64(columns[4], rows[i].less);
    }
    for (size_t i = 0; i < WG_COUNT(columns); i++)
        wg_params_array(params, &columns[i]);
}

static void write_sums(struct folder *folder)
{
    size_t n;
    struct wg_params *params = wg_params_new();
    wg_params_text(params, me);
    put_position(params, &folder->at);
    put_position(params, &folder->to);
    wg_params_time(params, wg_clock_now() + HOUR);
    const struct rollups_row *states = rollups_states(folder->rollups, &n);
    put_rows(params, states, n);
    folder->rows += n;
    const struct rollups_row *categories = rollups_categories(folder->rollups, &n);
    put_rows(params, categories, n);
    folder->rows += n;
    put_rows(params, NULL, 0); /* no case ends: no durations */
    lane_add(&folder->lane, "write_rollups", &params);
    folder->reading = false;
    lane_send(&folder->lane, NULL);
}

static void add_event(struct folder *folder, const PGresult *rows, int row)
{
    struct rollups_event event = { .day = day_of(wg_get_time(rows, row, AT)),
                                   .first = wg_get_i64(rows, row, N) == 1,
                                   .area = wg_get_text(rows, row, AREA),
                                   .state = wg_get_text(rows, row, STATE),
                                   .category = wg_get_text(rows, row, CATEGORY) };
    event.was_area = event.area;
    event.was_state = event.state;
    event.was_category = event.category;
    if (!wg_get_bool(rows, row, TRAINING))
        rollups_add(folder->rollups, &event, folder->words);
}

static void row_set(struct lane *lane, void *item, const PGresult *rows)
{
    struct folder *folder = lane->arg;
    int n = PQntuples(rows);
    (void)item;
    if (!folder->reading) {
        if (wg_get_i64(rows, 0, 0) != 1)
            errx(1, "the fold lost its place");
        return;
    }
    if (PQnfields(rows) == 1) /* the horizon */
        return;
    for (int row = 0; row < n; row++)
        add_event(folder, rows, row);
    folder->more = n == READ_MOST;
    folder->in_hand += (uint64_t)n;
    if (n > 0)
        folder->to = (struct folder_position){ .xid = wg_get_i64(rows, n - 1, XID),
                                               .case_id = wg_get_i64(rows, n - 1, CASE),
                                               .n = (int32_t)wg_get_i64(rows, n - 1, N) };
}

static void landed(struct lane *lane, void *item)
{
    struct folder *folder = lane->arg;
    (void)item;
    if (folder->reading) {
        if (folder->more && folder->in_hand < BATCH_MOST)
            read_on(folder);
        else if (folder->in_hand > 0)
            write_sums(folder);
        return;
    }
    folder->at = folder->to;
    folder->folded += folder->in_hand;
    folder->batches++;
    folder->in_hand = 0;
    rollups_clear(folder->rollups);
}

void folder_begin(struct folder *folder)
{
    if (folder->lane.flying > 0)
        return;
    folder->to = folder->at;
    read_on(folder);
}

/* Takes the lease, whoever has it: our services are down. */
static void claim(struct folder *folder)
{
    const char *sql =
        "UPDATE rollup_cursor SET owner = 'bench', due_at = now() + interval '1 hour' "
        "WHERE name = 'rollups' RETURNING xid::text, case_id, n";
    PGresult *result = PQexec(folder->lane.connection, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK)
        errx(1, "claim: %s", PQerrorMessage(folder->lane.connection));
    folder->at = (struct folder_position){ .xid = strtoll(PQgetvalue(result, 0, 0), NULL, 10),
                                           .case_id = strtoll(PQgetvalue(result, 0, 1), NULL, 10),
                                           .n = atoi(PQgetvalue(result, 0, 2)) };
    PQclear(result);
}

static void read_words(struct folder *folder)
{
    PGresult *result = PQexec(folder->lane.connection,
                              "SELECT id, name, definition::text FROM workflows ORDER BY id");
    for (int row = 0; row < PQntuples(result); row++)
        if (words_add(folder->words, strtoll(PQgetvalue(result, row, 0), NULL, 10),
                      PQgetvalue(result, row, 1), PQgetvalue(result, row, 2)) != 0)
            errx(1, "a workflow without states");
    PQclear(result);
}

void folder_open(struct folder *folder, const char *conninfo, const char *top, int epoll)
{
    *folder = (struct folder){
        .lane = { .name = "fold", .arg = folder, .row_set = row_set, .landed = landed },
        .rollups = rollups_new(),
        .words = words_new(),
    };
    lane_open(&folder->lane, conninfo, epoll);
    lane_prepare(&folder->lane, "read_horizon", top, "services/reporting/sql/read_horizon.sql");
    lane_prepare(&folder->lane, "read_log", top, "services/reporting/sql/read_log.sql");
    lane_prepare(&folder->lane, "write_rollups", top, "services/reporting/sql/write_rollups.sql");
    lane_prepare(&folder->lane, "release", top, "services/reporting/sql/release_rollups.sql");
    claim(folder);
    read_words(folder);
}

void folder_close(struct folder *folder)
{
    struct wg_params *params = wg_params_new();
    wg_params_text(params, me);
    wg_params_time(params, wg_clock_now());
    folder->reading = true;
    folder->more = false;
    lane_add(&folder->lane, "release", &params);
    lane_send(&folder->lane, NULL);
    while (folder->lane.flying > 0)
        lane_turn(&folder->lane);
    lane_close(&folder->lane);
    rollups_destroy(&folder->rollups);
    words_destroy(&folder->words);
}
