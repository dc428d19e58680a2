/* See store.h; the statements' heads (sql/) say what each takes, gives and locks. */
#include "services/notification/store.h"

#include <stdio.h>
#include <string.h>

#include "common/clock.h"

#include "services/notification/notification_sql.h"

const struct wg_statement *const store_statements = sql_statements;
const size_t store_statement_count = SQL_COUNT;

int store_statement(enum store_shared which)
{
    static const int statements[] = {
        [STORE_BEAT] = SQL_BEAT_INSTANCE,
        [STORE_FIND_CALLER] = SQL_FIND_CALLER,
        [STORE_CLAIM_NOTICES] = SQL_CLAIM_NOTICES,
        [STORE_CLAIM_DELIVERIES] = SQL_CLAIM_DELIVERIES,
    };
    return statements[which];
}

/* ---- notices */

static bool any(const struct render_rule *rule)
{
    (void)rule;
    return true;
}

static bool to_inbox(const struct render_rule *rule)
{
    return rule->inbox;
}

static bool to_mail(const struct render_rule *rule)
{
    return rule->mail;
}

static bool to_reporter(const struct render_rule *rule)
{
    return rule->reporter_mail;
}

static bool none(const struct render_rule *rule)
{
    (void)rule;
    return false;
}

static void add_rules(struct wg_params *params, const struct rules *rules,
                      bool (*which)(const struct render_rule *))
{
    WG_AUTO(wg_column_destroy) struct wg_column *names = wg_column_new(WG_STRING);
    for (size_t i = 0; i < rules->n; i++)
        if (which(rules->of[i]))
            wg_column_text(names, rules->of[i]->name);
    wg_params_array(params, &names);
}

void store_take_notices(struct wg_flight *flight, const struct store_take *take)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    WG_AUTO(wg_column_destroy) struct wg_column *ids = wg_column_new(WG_I64);
    for (size_t i = 0; i < take->n; i++)
        wg_column_i64(ids, take->cases[i]);
    wg_params_array(params, &ids);
    wg_params_time(params, wg_clock_now());
    add_rules(params, take->rules, any);
    add_rules(params, take->rules, to_inbox);
    add_rules(params, take->rules, take->mail ? to_mail : none);
    add_rules(params, take->rules, take->mail ? to_reporter : none);
    if (take->only == NULL) {
        wg_params_null(params);
        wg_params_null(params);
    } else {
        wg_params_i32(params, take->only->n);
        wg_params_text(params, take->only->rule);
    }
    wg_flight_add(flight, SQL_TAKE_NOTICES, &params);
}

void store_read_taken(const PGresult *rows, int row, struct store_taken *ret_taken)
{
    *ret_taken = (struct store_taken){
        .case_id = wg_get_i64(rows, row, 0),
        .n = (int32_t)wg_get_i64(rows, row, 1),
        .rule = wg_get_text(rows, row, 2),
        .due_at = wg_get_time(rows, row, 3),
        .tries = (int32_t)wg_get_i64(rows, row, 4),
        .staff = wg_get_i64(rows, row, 5),
    };
}

void store_read_written(const PGresult *rows, int64_t *ret_inbox, int64_t *ret_mail)
{
    bool some = PQntuples(rows) > 0;
    *ret_inbox = some ? wg_get_i64(rows, 0, 6) : 0;
    *ret_mail = some ? wg_get_i64(rows, 0, 7) : 0;
}

void store_read_notice(const PGresult *rows, int row, struct store_notice *ret_notice)
{
    const char *rule = wg_get_text(rows, row, 2);
    *ret_notice = (struct store_notice){
        .case_id = wg_get_i64(rows, row, 0),
        .n = (int32_t)wg_get_i64(rows, row, 1),
        .tries = (int32_t)wg_get_i64(rows, row, 3),
        .aside = wg_get_bool(rows, row, 4),
    };
    if (strlen(rule) < STORE_RULE_ROOM)
        snprintf(ret_notice->rule, STORE_RULE_ROOM, "%s", rule);
}

void store_put_aside(struct wg_flight *flight, const struct store_notice *notice,
                     const char *reason)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, notice->case_id);
    wg_params_i32(params, notice->n);
    wg_params_text(params, notice->rule);
    wg_params_time(params, wg_clock_now());
    wg_params_text(params, reason);
    wg_flight_add(flight, SQL_PUT_ASIDE, &params);
}

/* ---- letters */

void store_read_letter(const PGresult *rows, int row, struct store_letter *ret_letter)
{
    enum {
        ID,
        CASE,
        N,
        RULE,
        TRIES,
        GAVE_UP,
        CREATED,
        STAFF,
        REPORT,
        SEALED,
        REPORT_ID,
        RECEIVED,
        TITLE,
        DUE,
        REASON,
        STATE,
        STATE_ZH,
        STATE_EN,
        AREA_ZH,
        AREA_EN,
        HOLDER_ZH,
        HOLDER_EN
    };
    *ret_letter = (struct store_letter){
        .id = wg_get_i64(rows, row, ID),
        .case_id = wg_get_i64(rows, row, CASE),
        .n = (int32_t)wg_get_i64(rows, row, N),
        .rule = wg_get_text(rows, row, RULE),
        .tries = (int32_t)wg_get_i64(rows, row, TRIES),
        .gave_up = wg_get_text(rows, row, GAVE_UP),
        .created_at = wg_get_time(rows, row, CREATED),
        .to_reporter = !wg_is_null(rows, row, REPORT),
        .report_id = wg_get_i64(rows, row, REPORT_ID),
        .received_at = wg_get_time(rows, row, RECEIVED),
        .title = wg_get_text(rows, row, TITLE),
        .reason = wg_get_text(rows, row, REASON),
        .state = wg_get_text(rows, row, STATE),
        .due_at = wg_is_null(rows, row, DUE) ? 0 : wg_get_time(rows, row, DUE),
        .state_words = { wg_get_text(rows, row, STATE_ZH), wg_get_text(rows, row, STATE_EN) },
        .area = { wg_get_text(rows, row, AREA_ZH), wg_get_text(rows, row, AREA_EN) },
        .holder = { wg_get_text(rows, row, HOLDER_ZH), wg_get_text(rows, row, HOLDER_EN) },
    };
    ret_letter->sealed = wg_get_bytes(rows, row, SEALED, &ret_letter->sealed_bytes);
}

void store_record_results(struct wg_flight *flight, void *const *results, size_t n)
{
    static const char *const states[] = {
        [STORE_SENT] = "sent", [STORE_FAILED] = "failed", [STORE_WAITING] = "waiting"
    };
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    struct wg_column *columns[] = { wg_column_new(WG_I64),    wg_column_new(WG_I16),
                                    wg_column_new(WG_STRING), wg_column_new(WG_STRING),
                                    wg_column_new(WG_TIME),   wg_column_new(WG_TIME) };
    for (size_t i = 0; i < n; i++) {
        const struct store_result *result = results[i];
        wg_column_i64(columns[0], result->id);
        wg_column_i64(columns[1], result->tries);
        wg_column_text(columns[2], states[result->state]);
        wg_column_text(columns[3], result->reason[0] == '\0' ? NULL : result->reason);
        for (int which = 0; which < 2; which++) {
            if (result->state == (which == 0 ? STORE_WAITING : STORE_SENT))
                wg_column_i64(columns[4 + which], result->at);
            else
                wg_column_null(columns[4 + which]);
        }
    }
    for (size_t i = 0; i < WG_COUNT(columns); i++)
        wg_params_array(params, &columns[i]);
    wg_flight_add(flight, SQL_RECORD_DELIVERIES, &params);
}

/* ---- the inbox, the gauges */

void store_mark_read(struct wg_flight *flight, int64_t delivery, int64_t staff)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, delivery);
    wg_params_i64(params, staff);
    wg_params_time(params, wg_clock_now());
    wg_flight_add(flight, SQL_MARK_READ, &params);
}

void store_count_waiting(struct wg_flight *flight)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_flight_add(flight, SQL_COUNT_WAITING, &params);
}

void store_read_waiting(const PGresult *rows, struct store_waiting *ret_waiting)
{
    *ret_waiting = (struct store_waiting){
        .notices = wg_get_i64(rows, 0, 0),
        .notices_aside = wg_get_i64(rows, 0, 1),
        .mails = wg_get_i64(rows, 0, 2),
        .mails_oldest = wg_is_null(rows, 0, 3) ? 0 : wg_get_time(rows, 0, 3),
    };
}
