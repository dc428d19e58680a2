#include "services/registry/training.h"

#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/text.h"

#include "services/registry/answer.h"
#include "services/registry/registry.h"
#include "services/registry/session_body.h"
#include "services/registry/store.h"

/* A slice is a transaction, so that nobody waits long for a row; a request is so many of them. */
enum { SLICE = 500, SLICES_MOST = 20, REASON_MOST = 600, ACTOR_MOST = 48 };

struct wiping {
    struct registry *registry;
    struct wg_request *request;
    char reason[REASON_MOST + 1], actor[ACTOR_MOST];
    int64_t wiped;
    int slices;
};

static void next_slice(struct wiping *wiping);

static void on_wiped(struct wg_flight *flight, void *arg)
{
    struct wiping *wiping = arg;
    const PGresult *rows = wg_flight_result(flight, 1);
    if (wg_flight_outcome(flight) != WG_COMMITTED || rows == NULL) {
        answer_away(wiping->request); /* each slice is whole: asking again goes on */
        free(wiping);
        return;
    }
    bool more = wg_get_bool(rows, 0, 1); /* what waits to be taken up first is there, too */
    int64_t wiped = wg_get_i64(rows, 0, 0);
    wiping->wiped += wiped;
    if (more && wiped > 0 && ++wiping->slices < SLICES_MOST) {
        next_slice(wiping);
        return;
    }
    struct json_object *body = json_object_new_object();
    json_object_object_add(body, "wiped", json_object_new_int64(wiping->wiped));
    json_object_object_add(body, "more", json_object_new_boolean(more));
    wg_reply_json(wiping->request, 200, &body);
    free(wiping);
}

static void next_slice(struct wiping *wiping)
{
    if (store_wipe_training(wiping->registry->store,
                            &(struct store_wiping){ .now = wg_clock_now(),
                                                    .actor = wiping->actor,
                                                    .reason = wiping->reason,
                                                    .most = SLICE },
                            on_wiped, wiping) == 0)
        return;
    answer_away(wiping->request);
    free(wiping);
}

void training_wipe(struct wg_request *request, void *arg)
{
    static const char *const names[] = { "reason", NULL };
    if (!answer_administrator(request))
        return;
    WG_AUTO(wg_json_put) struct json_object *body = wg_request_json(request);
    if (body == NULL)
        return;
    struct wg_problem *problem =
        wg_problem_new(422, "invalid-change", "内容有误", "What was sent is faulty");
    body_only(problem, body, names);
    const char *reason = body_required(problem, body, "reason", REASON_MOST);
    if (answer_parameters_refused(request, &problem))
        return;
    struct wiping *wiping = wg_new(sizeof *wiping);
    *wiping = (struct wiping){ .registry = arg, .request = request };
    wg_copy(wiping->reason, sizeof wiping->reason, reason);
    wg_copy(wiping->actor, sizeof wiping->actor, answer_actor(wg_request_caller(request)));
    next_slice(wiping);
}
