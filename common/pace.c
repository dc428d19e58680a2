#include "common/pace.h"

#include "common/clock.h"

static void on_time(void *arg)
{
    struct wg_pace *pace = arg;
    pace->waiting = false;
    pace->over(pace->arg);
}

bool wg_pace_may(struct wg_pace *pace)
{
    int64_t rest_us = pace->went_at + pace->every_ms * 1000 - wg_clock_mono();
    if (rest_us <= 0)
        return true;
    if (!pace->waiting)
        wg_service_timer(pace->service, (rest_us + 999) / 1000, 1, on_time, pace);
    pace->waiting = true;
    return false;
}

void wg_pace_went(struct wg_pace *pace)
{
    pace->went_at = wg_clock_mono();
}
