/* At once after a pause, together in a flood: what is asked for within every_ms of the last time
 * waits until they are over, and takes what has come meanwhile with it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/service.h"

struct wg_pace {
    struct wg_service *service;
    int64_t every_ms;
    wg_callback *over; /* called with arg when what was held back may go */
    void *arg;
    int64_t went_at; /* wg_clock_mono() */
    bool waiting;
};

/* May it go now? If not, `over` is called once, as soon as it may. */
bool wg_pace_may(struct wg_pace *pace);

/* It goes: the time until the next begins. */
void wg_pace_went(struct wg_pace *pace);
