#include "services/registry/forget.h"

#include "common/clock.h"
#include "common/log.h"

#include "services/registry/registry.h"
#include "services/registry/store_reporter.h"

enum { SLICE = 500, SECONDS_A_DAY = 86400 };
static const int64_t PAUSE_US = 3600 * WG_SECOND;

static void on_swept(struct wg_flight *flight, void *arg)
{
    struct registry *registry = arg;
    struct forgetting *forgetting = &registry->forgetting;
    const PGresult *result = wg_flight_result(flight, 0);
    forgetting->asking = false;
    if (result == NULL)
        return; /* the same slice again */
    if (wg_get_i64(result, 0, 2) > 0)
        wg_log(WG_INFO, "forget", "reporters=%lld", (long long)wg_get_i64(result, 0, 2));
    if (wg_get_i64(result, 0, 1) == SLICE) {
        forgetting->after = wg_get_i64(result, 0, 0);
        return;
    }
    forgetting->after = 0;
    forgetting->rest_until = wg_clock_now() + PAUSE_US;
}

void forget_sweep(void *arg)
{
    struct registry *registry = arg;
    struct forgetting *forgetting = &registry->forgetting;
    const struct store_forgetting slice = {
        .after = forgetting->after,
        .now = wg_clock_now(),
        .before = wg_clock_now() - forgetting->days * SECONDS_A_DAY * WG_SECOND,
        .limit = SLICE,
    };
    if (!forgetting->asking && slice.now >= forgetting->rest_until)
        forgetting->asking = store_forget(registry->store, &slice, on_swept, registry) == 0;
}
