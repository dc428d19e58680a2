#include "services/reporting/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/area.h"
#include "common/text.h"

#include "services/reporting/day.h"

enum { CODE_MOST = 64, LIMIT_MOST = 500, LIMIT_USUAL = 50, PAGE_MOST = 200, ID_DIGITS_MOST = 18 };

static bool is_code(const char *text)
{
    size_t length = strlen(text);
    return length > 0 && length <= CODE_MOST &&
           strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") == length;
}

struct query query_new(struct wg_request *request, const char *const *names)
{
    struct query query = { .request = request };
    query.problem = wg_problem_new(400, "bad-parameter", "查询参数有误", "Faulty query parameters");
    const char *unknown = wg_request_unknown_query(request, names);
    if (unknown != NULL)
        query_fault(&query, unknown, "没有这个参数", "There is no such parameter");
    return query;
}

void query_destroy(struct query *query)
{
    wg_problem_destroy(&query->problem);
}

/* The name as an RFC 6901 pointer; what is no UTF-8 cannot be named. */
void query_fault(struct query *query, const char *name, const char *zh, const char *en)
{
    WG_AUTO(wg_text_destroy) struct wg_text pointer = { 0 };
    wg_text_put(&pointer, "/");
    for (size_t i = 0; name[i] != '\0' && wg_utf8_valid(name, strlen(name)); i++) {
        if (name[i] == '~' || name[i] == '/')
            wg_text_put(&pointer, name[i] == '~' ? "~0" : "~1");
        else
            wg_text_add(&pointer, &name[i], 1);
    }
    wg_problem_error(query->problem, pointer.bytes, zh, en);
}

bool query_refused(struct query *query)
{
    if (wg_problem_errors(query->problem) == 0)
        return false;
    wg_reply_problem(query->request, &query->problem);
    return true;
}

const char *query_code(struct query *query, const char *name)
{
    const char *text = wg_request_query(query->request, name);
    if (text == NULL || is_code(text))
        return text;
    query_fault(query, name, "不是有效的代码", "That is no code");
    return NULL;
}

const char *query_area(struct query *query, const char *name)
{
    const char *text = wg_request_query(query->request, name);
    if (text == NULL || wg_area_valid(text))
        return text;
    query_fault(query, name, "区域代码应为 6–17 位数字", "The code of an area has 6–17 digits");
    return NULL;
}

/* Plain digits; -1 for anything else. */
static int64_t number(const char *text)
{
    size_t digits = strspn(text, "0123456789");
    return digits == 0 || digits > ID_DIGITS_MOST || text[digits] != '\0' ? -1
                                                                          : strtoll(text, NULL, 10);
}

int query_limit(struct query *query)
{
    const char *text = wg_request_query(query->request, "limit");
    int64_t limit = text == NULL ? LIMIT_USUAL : number(text);
    if (limit >= 1 && limit <= LIMIT_MOST)
        return (int)(limit < PAGE_MOST ? limit : PAGE_MOST);
    query_fault(query, "limit", "应为 1–500", "It must be 1–500");
    return LIMIT_USUAL;
}

bool query_bool(struct query *query, const char *name, bool *ret_value)
{
    const char *text = wg_request_query(query->request, name);
    if (text == NULL)
        return false;
    bool yes = strcmp(text, "true") == 0;
    if (!yes && strcmp(text, "false") != 0) {
        query_fault(query, name, "应为 true 或 false", "It must be true or false");
        return false;
    }
    *ret_value = yes;
    return true;
}

int64_t query_below(struct query *query)
{
    const char *text = wg_request_query(query->request, "after");
    int64_t below = text == NULL ? INT64_MAX : number(text);
    if (below >= 0)
        return below;
    query_fault(query, "after", "不是上一页给出的游标", "That is no cursor of a page before");
    return INT64_MAX;
}

int32_t query_day(struct query *query, const char *name, int32_t fallback)
{
    const char *text = wg_request_query(query->request, name);
    int32_t day = fallback;
    if (text != NULL && day_read(text, &day) != 0)
        query_fault(query, name, "应为日期，如 2026-11-23", "It must be a date like 2026-11-23");
    return day;
}

void query_list(struct query *query, const char *name, struct query_list *ret_list)
{
    const char *text = wg_request_query(query->request, name);
    ret_list->n = 0;
    if (text == NULL)
        return;
    bool fits = strlen(text) < sizeof ret_list->text;
    snprintf(ret_list->text, sizeof ret_list->text, "%s", text);
    char *rest = ret_list->text;
    for (char *item = strsep(&rest, ","); fits && item != NULL; item = strsep(&rest, ",")) {
        fits = ret_list->n < QUERY_LIST_MOST && is_code(item);
        if (fits)
            ret_list->items[ret_list->n++] = item;
    }
    if (!fits)
        query_fault(query, name, "应为以逗号分隔的代码，至多 16 个",
                    "It must be up to 16 codes separated by commas");
}
