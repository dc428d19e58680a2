/* See routes.h. Decodes, calls, answers. */
#include "services/notification/routes.h"

#include <errno.h>
#include <string.h>

#include "common/access.h"

#include "services/notification/store.h"

static void refuse_unknown(struct wg_request *request)
{
    wg_reply_refusal(request, 404, "not-found", "您的收件箱中没有这一条",
                     "there is no such entry in your inbox");
}

/* A decimal id without sign, spaces or leading zeros; 0: it is none. */
static int64_t read_id(const char *text)
{
    char *end;
    if (text == NULL || *text < '1' || *text > '9')
        return 0;
    errno = 0;
    int64_t id = strtoll(text, &end, 10);
    return errno == 0 && *end == '\0' ? id : 0;
}

static void marked(struct wg_flight *flight, void *arg)
{
    struct wg_request *request = arg;
    const PGresult *rows = wg_flight_result(flight, 0);
    if (rows == NULL)
        wg_reply_refusal(request, 503, "unavailable", "数据库暂不可用，请稍后再试",
                         "the database is away; try again in a moment");
    else if (PQntuples(rows) == 0)
        refuse_unknown(request);
    else
        wg_reply_bytes(request, 204, NULL, NULL, 0);
}

static void read_entry(struct wg_request *request, void *arg)
{
    const struct routes *routes = arg;
    const struct wg_caller *caller = wg_request_caller(request);
    int64_t id = read_id(wg_request_param(request, "id"));
    if (caller->staff_id == 0) {
        wg_reply_refusal(request, 403, "forbidden", "此密钥未绑定工作人员，没有收件箱",
                         "this key is bound to no member of staff and has no inbox");
        return;
    }
    if (id == 0) {
        refuse_unknown(request);
        return;
    }
    WG_AUTO(wg_flight_destroy) struct wg_flight *flight = wg_flight_new(marked, request);
    store_mark_read(flight, id, caller->staff_id);
    if (wg_db_send(routes->db, &flight) != 0)
        wg_reply_refusal(request, 503, "unavailable", "请求过多，请稍后再试",
                         "too many requests; try again in a moment");
}

const struct wg_route notification_routes[] = {
    { "POST", "/api/v1/inbox/{id}/read", 0, read_entry },
};
const size_t notification_route_count = WG_COUNT(notification_routes);
