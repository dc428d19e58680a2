#include "services/triage/moves.h"

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/triage/notices.h"
#include "triage_sql.h"

static const enum wg_type types[] = {
    WG_I64, WG_I32,    WG_BOOL, WG_STRING, WG_STRING, WG_STRING, WG_I64,  WG_STRING, WG_STRING,
    WG_I64, WG_STRING, WG_I64,  WG_STRING, WG_BOOL,   WG_TIME,   WG_TIME, WG_JSON,   WG_STRING,
    WG_I64, WG_JSONB,  WG_JSON, WG_BYTEA,  WG_BYTEA,  WG_I32,    WG_JSON, WG_I64,    WG_I64,
};
static const enum wg_type task_types[] = { WG_I64,    WG_I32,  WG_I32,   WG_I64,
                                           WG_STRING, WG_BOOL, WG_STRING };

static const enum wg_type part_types[] = { WG_I64, WG_STRING, WG_STRING, WG_STRING };

struct moves {
    struct wg_column *ids, *columns[WG_COUNT(types)], *tasks[WG_COUNT(task_types)],
        *parts[WG_COUNT(part_types)];
    struct notice_columns notices;
};

struct moves *moves_new(void)
{
    struct moves *moves = wg_new(sizeof *moves);
    moves->ids = wg_column_new(WG_I64);
    for (size_t i = 0; i < WG_COUNT(types); i++)
        moves->columns[i] = wg_column_new(types[i]);
    for (size_t i = 0; i < WG_COUNT(task_types); i++)
        moves->tasks[i] = wg_column_new(task_types[i]);
    for (size_t i = 0; i < WG_COUNT(part_types); i++)
        moves->parts[i] = wg_column_new(part_types[i]);
    notices_begin(&moves->notices);
    return moves;
}

static void put_json(struct wg_column *column, const struct wg_text *json)
{
    wg_column_bytes(column, json->length == 0 ? NULL : json->bytes, json->length);
}

static void put_row(struct wg_column **c, const struct move *move)
{
    const struct workflow_case *after = &move->decision->after;
    const struct workflow_attribute *master = workflow_attribute(after, "master");
    WG_AUTO(wg_text_destroy) struct wg_text clocks = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text more = { 0 };
    workflow_write_clocks(after, &clocks, NULL);
    if (workflow_has_more(after))
        workflow_write_more(after, &more, NULL);
    wg_column_i64(c[0], after->id);
    wg_column_i64(c[1], move->before->version);
    wg_column_i64(c[2], move->decision->deciding);
    wg_column_text(c[3], after->state);
    wg_column_text(c[4], after->level);
    wg_column_text_or_null(c[5], after->grade);
    wg_column_i64(c[6], after->area_id);
    wg_column_text(c[7], after->area);
    wg_column_text_or_null(c[8], after->category);
    wg_column_i64_or_null(c[9], after->holder);
    wg_column_text_or_null(c[10], after->reason);
    wg_column_i64_or_null(c[11], after->resolver);
    wg_column_text_or_null(c[12], after->outcome);
    wg_column_i64(c[13], after->restricted);
    wg_column_i64_or_null(c[14], after->due_at);
    wg_column_i64_or_null(c[15], after->wake_at);
    put_json(c[16], &clocks);
    wg_column_text(c[17], move->decision->event);
    wg_column_i64_or_null(c[18], move->actor);
    put_json(c[19], &move->decision->was);
    put_json(c[20], &move->decision->data);
    wg_column_bytes(c[21], move->key, WG_HASH_BYTES);
    wg_column_bytes(c[22], move->body, WG_HASH_BYTES);
    wg_column_i64_or_null(c[23], after->party);
    put_json(c[24], &more);
    wg_column_i64_or_null(c[25], master == NULL ? 0 : master->number);
    wg_column_i64(c[26], move->group);
}

/* What the i-th of the new tasks is to do: the list of objects in the input. */
static const char *task_text(struct json_object *input, size_t i)
{
    if (input == NULL)
        return "";
    json_object_object_foreach(input, name, value)
    {
        (void)name;
        const char *text = json_object_is_type(value, json_type_array)
                               ? wg_json_text(json_object_array_get_idx(value, i), "text")
                               : NULL;
        if (text != NULL)
            return text;
    }
    return "";
}

static void put_tasks(struct wg_column **c, const struct move *move)
{
    const struct workflow_case *after = &move->decision->after;
    size_t had = move->before->n_tasks;
    for (size_t i = 0; i < after->n_tasks; i++) {
        const struct workflow_task *task = &after->tasks[i];
        if (!task->changed)
            continue;
        wg_column_i64(c[0], after->id);
        wg_column_i64(c[1], task->k);
        wg_column_i64_or_null(c[2], task->party);
        wg_column_i64_or_null(c[3], task->staff);
        wg_column_text(c[4], task->state);
        wg_column_i64(c[5], task->open);
        wg_column_text(c[6], i < had ? "" : task_text(move->input, i - had));
    }
}

static void put_word(struct wg_column *column, const char *word)
{
    wg_column_text_or_null(column, word == NULL ? "" : word);
}

static void put_part(struct wg_column **c, const struct move *move)
{
    wg_column_i64(c[0], move->before->id);
    wg_column_text(c[1], wg_json_text(move->input, "text"));
    put_word(c[2], wg_json_text(move->input, "category"));
    put_word(c[3], wg_json_text(move->input, "area"));
}

void moves_put(struct moves *moves, const struct move *move)
{
    wg_column_i64(moves->ids, move->before->id);
    put_row(moves->columns, move);
    put_tasks(moves->tasks, move);
    if (move->splits)
        put_part(moves->parts, move);
    notices_put(&moves->notices, move->decision);
}

void moves_add(struct moves **moves, struct wg_flight *flight)
{
    struct moves *own = *moves;
    WG_AUTO(wg_params_destroy) struct wg_params *locks = wg_params_new();
    wg_params_array(locks, &own->ids);
    wg_flight_add(flight, SQL_LOCK_CASES, &locks);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    for (size_t i = 0; i < WG_COUNT(types); i++)
        wg_params_array(params, &own->columns[i]);
    notices_end(&own->notices, params, wg_clock_now());
    for (size_t i = 0; i < WG_COUNT(task_types); i++)
        wg_params_array(params, &own->tasks[i]);
    for (size_t i = 0; i < WG_COUNT(part_types); i++)
        wg_params_array(params, &own->parts[i]);
    wg_flight_add(flight, SQL_APPLY_STEPS, &params);
    free(own);
    *moves = NULL;
}

int moves_row(const PGresult *rows, int64_t case_id)
{
    for (int row = 0; row < PQntuples(rows); row++)
        if (wg_get_i64(rows, row, MOVED_ID) == case_id)
            return row;
    return -1;
}

int32_t moves_written(const PGresult *rows, int64_t case_id)
{
    int row = moves_row(rows, case_id);
    return row < 0 ? 0 : (int32_t)wg_get_i64(rows, row, MOVED_N);
}
