#include "services/reporting/ask.h"

#include <string.h>

#include "common/access.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/reporting/reporting.h"
#include "services/reporting/store.h"
#include "services/reporting/words.h"

static char *write_veil(const struct ask *ask)
{
    struct wg_text veil = { 0 };
    const char *const *names;
    size_t n = words_hiding(ask->app->words, &names);
    wg_write_object(&veil, NULL);
    wg_write_array(&veil, "names");
    for (size_t i = 0; i < n; i++)
        wg_write_string(&veil, NULL, names[i]);
    wg_write_end_array(&veil);
    if (ask->sight != NULL)
        wg_write_raw(&veil, "sight", ask->sight, strlen(ask->sight));
    wg_write_string(&veil, "words", ask->english ? "Content hidden" : "内容已屏蔽");
    wg_write_end_object(&veil);
    return veil.bytes;
}

void *ask_new(size_t size_bytes, struct reporting *app, struct wg_request *request)
{
    struct wg_range ranges[8];
    const struct wg_caller *caller = wg_request_caller(request);
    struct ask *ask = wg_new(size_bytes);
    ask->app = app;
    ask->request = request;
    ask->english = wg_request_english(request);
    if (wg_known(caller)) {
        struct wg_text sight = { 0 };
        ask->scope = scope_make(ranges, wg_readable(caller, ranges), NULL);
        wg_sight_write(caller, &sight);
        ask->sight = sight.bytes;
    }
    ask->veil = write_veil(ask);
    return ask;
}

void ask_destroy(void *pointer_to_pointer)
{
    struct ask **ask = pointer_to_pointer;
    if (*ask != NULL) {
        free((*ask)->sight);
        free((*ask)->veil);
    }
    free(*ask);
    *ask = NULL;
}

struct store_asker ask_asker(const struct ask *ask)
{
    return (struct store_asker){ .sight = ask->sight, .veil = ask->veil, .english = ask->english };
}

struct wg_flight *ask_flight(void *ask, wg_landed *landed)
{
    return wg_flight_new(landed, ask);
}

static void refuse(struct wg_request *request)
{
    wg_reply_refusal(request, 503, "database-away", "数据库暂时不可用，请稍后再试",
                     "The database is away for the moment; try again");
}

void ask_send(void *pointer_to_ask, struct wg_flight **flight)
{
    struct ask **ask = pointer_to_ask;
    if (store_read((*ask)->app->store, flight) == 0) {
        *ask = NULL; /* the flight's */
        return;
    }
    refuse((*ask)->request);
    wg_flight_destroy(flight);
    ask_destroy(ask);
}

bool ask_failed(const struct ask *ask, const struct wg_flight *flight)
{
    if (wg_flight_outcome(flight) == WG_COMMITTED)
        return false;
    refuse(ask->request);
    return true;
}

bool ask_narrow(struct ask *ask, const char *area)
{
    if (area != NULL)
        ask->scope = scope_make(ask->scope.ranges, ask->scope.n, area);
    if (ask->scope.n > 0)
        return true;
    wg_reply_refusal(ask->request, 403, "outside-areas", "该区域不在您的权限范围内",
                     "That is outside the areas that you may read");
    return false;
}
