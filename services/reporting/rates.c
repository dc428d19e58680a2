/* GET /api/v1/rates: sums of what cases are to the rates, and /rates/cases: those very cases. By
 * area, party, category and day; never by person. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/access.h"
#include "common/area.h"
#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/day.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/rules.h"
#include "services/reporting/store_rates.h"
#include "services/reporting/tally.h"

enum { RATES_MOST = 32, ROWS_MOST = 20000, DAYS = 30 };
enum { VERSIONS_RESULT, ROWS_RESULT, VERSION_DIGITS = 9 };

struct rates {
    struct ask ask;
    char area[WG_AREA_ROOM], by[16];
    int32_t from, to, version;
    int limit;
    char next[24];
};

static const char *word(struct json_object *texts, bool english)
{
    const char *text = texts == NULL ? NULL : wg_json_text(texts, english ? "en" : "zh");
    return text == NULL ? "" : text;
}

/* The rate, or the exclusion of the rate or of all, by its name. */
static struct json_object *find(struct json_object *list, const char *key, const char *name)
{
    size_t n = json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
    for (size_t i = 0; i < n; i++) {
        struct json_object *one = json_object_array_get_idx(list, i);
        const char *text = wg_json_text(one, key);
        if (text != NULL && strcmp(text, name) == 0)
            return one;
    }
    return NULL;
}

/* ---- the answer */

static bool same(const PGresult *rows, int row, int column)
{
    const char *one = wg_get_text(rows, row, column), *other = wg_get_text(rows, row - 1, column);
    return one == NULL || other == NULL ? one == other : strcmp(one, other) == 0;
}

static void add_excluded(const struct rates *rates, struct json_object *item, const PGresult *rows,
                         int row)
{
    struct json_object *rules = tally_rules(rates->ask.app->tally), *excluded;
    const char *why = wg_get_text(rows, row, SUM_WHY);
    struct json_object *rate =
        find(wg_json_get(rules, "rates"), "rate", wg_get_text(rows, row, SUM_RATE));
    struct json_object *says = find(wg_json_get(rules, "exclude"), "why", why);
    if (says == NULL && rate != NULL)
        says = find(wg_json_get(rate, "exclude"), "why", why);
    struct json_object *one = json_object_new_object();
    json_object_object_get_ex(item, "excluded", &excluded);
    answer_text(one, "why", why);
    answer_text(one, "title", says == NULL ? why : word(says, rates->ask.english));
    json_object_object_add(one, "cases", json_object_new_int64(wg_get_i64(rows, row, SUM_N)));
    json_object_array_add(excluded, one);
}

static void close_item(struct json_object *item, int64_t numerator, int64_t denominator)
{
    if (item == NULL)
        return;
    json_object_object_add(item, "numerator", json_object_new_int64(numerator));
    json_object_object_add(item, "denominator", json_object_new_int64(denominator));
    json_object_object_add(
        item, "value",
        denominator == 0
            ? NULL
            : json_object_new_double((double)(numerator * 10000 / denominator) / 10000));
}

/* Rows come sorted by rate and key. */
static void add_sums(const struct rates *rates, struct json_object *by_rate, const PGresult *rows)
{
    struct json_object *item = NULL;
    int64_t numerator = 0, denominator = 0;
    for (int row = 0; row < PQntuples(rows); row++) {
        struct json_object *rate;
        if (row == 0 || !same(rows, row, SUM_RATE) || !same(rows, row, SUM_KEY)) {
            close_item(item, numerator, denominator);
            numerator = denominator = 0;
            item = json_object_new_object();
            answer_named(item, "key", rows, row, SUM_KEY);
            json_object_object_add(item, "excluded", json_object_new_array());
            if (json_object_object_get_ex(by_rate, wg_get_text(rows, row, SUM_RATE), &rate))
                json_object_array_add(wg_json_get(rate, "items"), item);
        }
        int64_t part = wg_get_i64(rows, row, SUM_PART), n = wg_get_i64(rows, row, SUM_N);
        if (part == RULES_EXCLUDED)
            add_excluded(rates, item, rows, row);
        else
            denominator += n;
        numerator += part == RULES_NUMERATOR ? n : 0;
    }
    close_item(item, numerator, denominator);
}

/* The versions by which the log was judged; NULL: not by the one that was asked for, and it was
 * replied to. */
static struct json_object *versions(const struct rates *rates, const PGresult *rows)
{
    struct json_object *list = json_object_new_array();
    bool known = rates->version == wg_json_int(tally_rules(rates->ask.app->tally), "version");
    for (int row = 0; row < PQntuples(rows); row++) {
        int64_t version = wg_get_i64(rows, row, 0);
        json_object_array_add(list, json_object_new_int64(version));
        known = known || version == rates->version;
    }
    if (known)
        return list;
    struct wg_problem *problem =
        wg_problem_new(400, "bad-parameter", "查询参数有误", "Faulty query parameters");
    wg_problem_error(problem, "/version", "没有按此版本规则计算过的指标",
                     "Nothing was judged by this version of the rules");
    wg_reply_problem(rates->ask.request, &problem);
    json_object_put(list);
    return NULL;
}

static void rates_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct rates *rates = arg;
    if (ask_failed(&rates->ask, flight))
        return;
    struct json_object *list = wg_json_get(tally_rules(rates->ask.app->tally), "rates"),
                       *judged = versions(rates, wg_flight_result(flight, VERSIONS_RESULT));
    if (judged == NULL)
        return;
    struct json_object *body = json_object_new_object(), *items = json_object_new_array();
    WG_AUTO(wg_json_put) struct json_object *by_rate = json_object_new_object();
    const char *only = wg_request_query(rates->ask.request, "rate");
    char day[DAY_ROOM];
    for (size_t i = 0; i < json_object_array_length(list); i++) {
        struct json_object *rule = json_object_array_get_idx(list, i),
                           *item = json_object_new_object();
        const char *name = wg_json_text(rule, "rate");
        if (only != NULL && strcmp(only, name) != 0) {
            json_object_put(item);
            continue;
        }
        answer_text(item, "rate", name);
        answer_text(item, "title", word(rule, rates->ask.english));
        answer_text(item, "about", word(wg_json_get(rule, "about"), rates->ask.english));
        json_object_object_add(item, "items", json_object_new_array());
        json_object_array_add(items, item);
        json_object_object_add(by_rate, name, json_object_get(item));
    }
    add_sums(rates, by_rate, wg_flight_result(flight, ROWS_RESULT));
    answer_text(body, "area", rates->area);
    day_write(rates->from, day);
    answer_text(body, "from", day);
    day_write(rates->to, day);
    answer_text(body, "to", day);
    answer_text(body, "by", rates->by[0] == '\0' ? NULL : rates->by);
    json_object_object_add(body, "version", json_object_new_int64(rates->version));
    json_object_object_add(body, "versions", judged);
    json_object_object_add(body, "rates", items);
    wg_reply_json(rates->ask.request, 200, &body);
}

/* ---- what is asked */

static bool no_rules(const struct rates *rates)
{
    if (tally_rules(rates->ask.app->tally) != NULL)
        return false;
    wg_reply_refusal(rates->ask.request, 503, "not-ready", "尚未载入指标规则",
                     "The rules of rates are not loaded");
    return true;
}

static void read_time(struct rates *rates, struct query *query)
{
    int32_t today = day_of(wg_clock_now());
    rates->to = query_day(query, "to", today);
    rates->from = query_day(query, "from", rates->to - DAYS);
    if (rates->to < rates->from)
        query_fault(query, "to", "不能早于 from", "It must not be before `from`");
}

/* Of the rules: those in force where none is named. */
static void read_version(struct rates *rates, struct query *query)
{
    const char *text = wg_request_query(query->request, "version");
    size_t digits = text == NULL ? 0 : strspn(text, "0123456789");
    rates->version = (int32_t)wg_json_int(tally_rules(rates->ask.app->tally), "version");
    if (text == NULL)
        return;
    if (digits == 0 || digits > VERSION_DIGITS || text[digits] != '\0')
        query_fault(query, "version", "应为正整数", "It must be a positive integer");
    else
        rates->version = (int32_t)strtol(text, NULL, 10);
}

static const char *read_rate(const struct rates *rates, struct query *query)
{
    const char *name = query_code(query, "rate");
    if (name != NULL &&
        find(wg_json_get(tally_rules(rates->ask.app->tally), "rates"), "rate", name) == NULL)
        query_fault(query, "rate", "没有这个指标", "There is no such rate");
    return name;
}

/* The caller's own area where none is named. False: it was replied to. */
static bool read_area(struct rates *rates, struct query *query)
{
    const struct wg_caller *caller = wg_request_caller(rates->ask.request);
    const char *area = query_area(query, "area");
    if (query_refused(query))
        return false;
    if (area == NULL)
        area = caller->area[0] != '\0' ? caller->area
               : caller->n_posts > 0   ? caller->posts[0].area
                                       : rates->ask.app->root;
    if (!ask_narrow(&rates->ask, area))
        return false;
    if (!scope_holds(&rates->ask.scope, area)) { /* parts of it, but not the whole */
        rates->ask.scope.n = 0;
        return ask_narrow(&rates->ask, NULL);
    }
    wg_copy(rates->area, sizeof rates->area, area);
    return true;
}

/* Those of the next level. */
static int digits_below(const char *area)
{
    size_t digits = strlen(area);
    return digits < 9 ? 9 : digits < 12 ? 12 : digits < 15 ? 15 : 17;
}

static void read_by(struct rates *rates, struct query *query)
{
    static const char *const dimensions[] = { "area", "party", "category", "day" };
    const char *by = query_code(query, "by");
    bool known = by == NULL;
    for (size_t i = 0; i < WG_COUNT(dimensions); i++)
        known = known || strcmp(by, dimensions[i]) == 0;
    if (!known)
        query_fault(query, "by", "应为 area、party、category 或 day",
                    "It must be area, party, category or day");
    wg_copy(rates->by, sizeof rates->by, by);
}

void rates_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "area", "from", "to", "by", "rate", "version", NULL };
    WG_AUTO(ask_destroy) struct rates *rates = ask_new(sizeof *rates, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    if (no_rules(rates))
        return;
    struct json_object *list = wg_json_get(tally_rules(rates->ask.app->tally), "rates");
    const char *wanted[RATES_MOST], *only = read_rate(rates, &query);
    read_version(rates, &query);
    read_time(rates, &query);
    read_by(rates, &query);
    if (!read_area(rates, &query))
        return;
    struct store_rates ask = { .version = rates->version,
                               .from = rates->from,
                               .to = rates->to,
                               .rates = wanted,
                               .area = rates->area,
                               .by = rates->by[0] == '\0' ? NULL : rates->by,
                               .digits = digits_below(rates->area),
                               .limit = ROWS_MOST,
                               .english = rates->ask.english };
    for (size_t i = 0; i < json_object_array_length(list) && ask.n_rates < RATES_MOST; i++)
        wanted[ask.n_rates++] = wg_json_text(json_object_array_get_idx(list, i), "rate");
    if (only != NULL) {
        wanted[0] = only;
        ask.n_rates = 1;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(rates, rates_landed);
    store_read_rate_versions(flight);
    store_read_rates(flight, &ask);
    ask_send(&rates, &flight);
}

/* ---- the cases behind one */

static void cases_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct rates *rates = arg;
    if (ask_failed(&rates->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *items = json_object_new_array();
    for (int row = 0; row < PQntuples(rows); row++)
        json_object_array_add(items,
                              answer_case(rows, row, rates->ask.app->words, rates->ask.english));
    struct json_object *page = answer_page(&items, rates->next[0] == '\0' ? NULL : rates->next);
    wg_reply_json(rates->ask.request, 200, &page);
}

static void ids_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct rates *rates = arg;
    if (ask_failed(&rates->ask, flight))
        return;
    WG_AUTO(wg_json_put)
    struct json_object *judged = versions(rates, wg_flight_result(flight, VERSIONS_RESULT));
    if (judged == NULL)
        return;
    const PGresult *rows = wg_flight_result(flight, ROWS_RESULT);
    WG_AUTO(wg_free) int64_t *ids = wg_new_array((size_t)PQntuples(rows) + 1, sizeof *ids);
    size_t n = 0;
    for (int row = 0; row < PQntuples(rows) && row < rates->limit; row++)
        ids[n++] = wg_get_i64(rows, row, FOUND_ID);
    if (PQntuples(rows) > rates->limit)
        snprintf(rates->next, sizeof rates->next, "%" PRId64, ids[n - 1]);
    struct store_asker asker = ask_asker(&rates->ask);
    asker.sight = NULL; /* they were found by what the caller may see */
    WG_AUTO(wg_flight_destroy) struct wg_flight *next = ask_flight(rates, cases_landed);
    store_read_cases(next, ids, n, &asker);
    ask_send(&rates, &next);
}

static void read_part(struct query *query, struct store_rate_cases *find)
{
    static const struct {
        const char *name;
        int32_t least, most;
    } parts[] = {
        { "numerator", RULES_NUMERATOR, RULES_NUMERATOR },
        { "denominator", RULES_DENOMINATOR, RULES_NUMERATOR },
        { "missed", RULES_DENOMINATOR, RULES_DENOMINATOR },
        { "excluded", RULES_EXCLUDED, RULES_EXCLUDED },
    };
    const char *part = query_code(query, "part");
    for (size_t i = 0; i < WG_COUNT(parts); i++) {
        if (strcmp(part == NULL ? "denominator" : part, parts[i].name) != 0)
            continue;
        find->least = parts[i].least;
        find->most = parts[i].most;
        return;
    }
    query_fault(query, "part", "应为 numerator、denominator、missed 或 excluded",
                "It must be numerator, denominator, missed or excluded");
}

void rate_cases_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "rate",  "part",     "why",   "area",  "from",    "to",
                                         "party", "category", "after", "limit", "version", NULL };
    WG_AUTO(ask_destroy) struct rates *rates = ask_new(sizeof *rates, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    if (no_rules(rates))
        return;
    struct store_rate_cases find = {
        .rate = read_rate(rates, &query),
        .why = query_code(&query, "why"),
        .category = query_code(&query, "category"),
        .party = query_code(&query, "party"),
        .sight = rates->ask.sight,
        .below = query_below(&query),
    };
    if (wg_request_query(request, "rate") == NULL)
        query_fault(&query, "rate", "必填", "It is required");
    read_part(&query, &find);
    read_version(rates, &query);
    read_time(rates, &query);
    rates->limit = query_limit(&query);
    if (!read_area(rates, &query))
        return;
    find.version = rates->version;
    find.area = rates->area;
    find.from = rates->from;
    find.to = rates->to;
    find.limit = rates->limit + 1;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(rates, ids_landed);
    store_read_rate_versions(flight);
    store_find_rate_cases(flight, &find);
    ask_send(&rates, &flight);
}
