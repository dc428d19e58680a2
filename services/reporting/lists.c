/* GET /api/v1/cases: first the ids of a page, by the statement that suits what is asked; then what
 * it shows of them. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/access.h"
#include "common/clock.h"

#include "services/reporting/answer.h"
#include "services/reporting/ask.h"
#include "services/reporting/query.h"
#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

enum { WALK_MOST = 10000, FINALS_MOST = 64 };

struct list {
    struct ask ask;
    int limit;
    char next[24]; /* "": the last page */
};

static void cases_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct list *list = arg;
    if (ask_failed(&list->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    struct json_object *items = json_object_new_array_ext(PQntuples(rows));
    for (int row = 0; row < PQntuples(rows); row++)
        json_object_array_add(items,
                              answer_case(rows, row, list->ask.app->words, list->ask.english));
    struct json_object *page = answer_page(&items, list->next[0] == '\0' ? NULL : list->next);
    wg_reply_json(list->ask.request, 200, &page);
}

/* One more than a page was asked for; a row that does not match marks where the walk ended. */
static size_t take_ids(struct list *list, const PGresult *rows, int64_t *ids)
{
    size_t n = 0;
    for (int row = 0; row < PQntuples(rows); row++) {
        int64_t id = wg_get_i64(rows, row, FOUND_ID);
        bool matches = wg_get_bool(rows, row, FOUND_MATCHES);
        if (matches && n == (size_t)list->limit) {
            snprintf(list->next, sizeof list->next, "%" PRId64, ids[n - 1]);
            return n;
        }
        if (matches)
            ids[n++] = id;
        if (wg_get_i64(rows, row, FOUND_NTH) == WALK_MOST)
            snprintf(list->next, sizeof list->next, "%" PRId64, id);
    }
    return n;
}

static void ids_landed(struct wg_flight *flight, void *arg)
{
    WG_AUTO(ask_destroy) struct list *list = arg;
    if (ask_failed(&list->ask, flight))
        return;
    const PGresult *rows = wg_flight_result(flight, 0);
    WG_AUTO(wg_free) int64_t *ids = wg_new_array((size_t)PQntuples(rows) + 1, sizeof *ids);
    size_t n = take_ids(list, rows, ids);
    WG_AUTO(wg_flight_destroy) struct wg_flight *next = ask_flight(list, cases_landed);
    struct store_asker asker = ask_asker(&list->ask);
    asker.sight = NULL; /* they were found by what the caller may see */
    store_read_cases(next, ids, n, &asker);
    ask_send(&list, &next);
}

static int64_t read_number(struct query *query, char ret_date[7])
{
    int64_t report = 0;
    const char *number = wg_request_query(query->request, "report");
    if (number != NULL && wg_number_read(number, &report, ret_date) != 0)
        query_fault(query, "report", "编号不正确", "That is no number of a report");
    return report;
}

/* Whose it is: `mine=tasks`, or the code of a party, or "mine". */
static void read_whose(struct query *query, struct store_find *find)
{
    const struct wg_caller *caller = wg_request_caller(query->request);
    const char *mine = query_code(query, "mine");
    find->party = query_code(query, "party");
    if (mine != NULL && strcmp(mine, "tasks") != 0)
        query_fault(query, "mine", "应为 tasks", "It must be tasks");
    if (mine != NULL && caller->staff_id == 0)
        query_fault(query, "mine", "此密钥不代表任何人员", "This key is nobody's");
    if (mine != NULL) {
        find->tasks = true;
        find->holder_id = caller->staff_id;
        find->party_id = caller->party_id;
    } else if (find->party != NULL && strcmp(find->party, "mine") == 0) {
        find->party = NULL;
        find->party_id = caller->party_id;
        if (caller->party_id == 0)
            query_fault(query, "party", "您不代表任何单位", "You act for no party");
    }
}

/* A code of staff, or "me". */
static void read_holder(struct query *query, struct store_find *find)
{
    find->holder = query_code(query, "holder");
    if (find->holder == NULL || strcmp(find->holder, "me") != 0)
        return;
    find->holder = NULL;
    find->holder_id = wg_request_caller(query->request)->staff_id;
    if (find->holder_id == 0)
        query_fault(query, "holder", "此密钥不代表任何人员", "This key is nobody's");
}

/* What somebody has in hand is theirs wherever it lies; may_see judges case by case. */
static const struct wg_range everywhere = { .low = "", .high = ":" };

static bool by_hands(const struct store_find *find)
{
    return find->tasks || find->holder != NULL || find->holder_id != 0 || find->party != NULL ||
           find->party_id != 0;
}

static void refuse_coming(struct query *query)
{
    static const char *const coming[] = { "q", "near" };
    for (size_t i = 0; i < WG_COUNT(coming); i++)
        if (wg_request_query(query->request, coming[i]) != NULL)
            query_fault(query, coming[i], "此参数尚未支持", "This parameter does not work yet");
}

void lists_handle(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "report",   "area",   "state",   "level",
                                         "category", "holder", "overdue", "reason",
                                         "after",    "limit",  "party",   "mine",
                                         "face",     "q",      "near",    NULL };
    const char *finals[FINALS_MOST];
    char date[7];
    bool overdue;
    struct query_list states;
    struct store_find find = {
        .now = wg_clock_now(), .walk = WALK_MOST, .finals = finals, .report_date = date
    };
    WG_AUTO(ask_destroy) struct list *list = ask_new(sizeof *list, arg, request);
    WG_AUTO(query_destroy) struct query query = query_new(request, names);
    refuse_coming(&query);
    const char *area = query_area(&query, "area");
    query_list(&query, "state", &states);
    find.states = states.items;
    find.n_states = states.n;
    find.level = query_code(&query, "level");
    find.category = query_code(&query, "category");
    find.reason = query_code(&query, "reason");
    find.face = query_code(&query, "face");
    find.overdue = query_bool(&query, "overdue", &overdue) ? &overdue : NULL;
    find.below = query_below(&query);
    find.report = read_number(&query, date);
    read_holder(&query, &find);
    read_whose(&query, &find);
    list->limit = query_limit(&query);
    if (query_refused(&query))
        return;
    if (area == NULL && by_hands(&find))
        list->ask.scope = scope_make(&everywhere, 1, NULL);
    if (!ask_narrow(&list->ask, area))
        return;
    find.limit = list->limit + 1;
    find.scope = &list->ask.scope;
    find.n_finals = words_finals(list->ask.app->words, finals, FINALS_MOST);
    find.sight = list->ask.sight;
    find.zone = list->ask.app->zone;
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = ask_flight(list, ids_landed);
    store_find_cases(flight, &find);
    ask_send(&list, &flight);
}
