/* Wrong query codes: five a minute for a number, and for an address; then neither is answered until
 * the minute is over, so that eight digits cannot be tried out. Pure: time comes as a parameter.
 * What is remembered is limited; where it is full, the oldest is forgotten. Each instance counts
 * for itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct wg_attempts;

enum { WG_ATTEMPTS_A_MINUTE = 5 };

struct wg_attempts *wg_attempts_new(void);
void wg_attempts_destroy(struct wg_attempts **attempts);

/* kind keeps numbers and addresses apart. now: microseconds of any clock that does not go back. */
bool wg_attempts_blocked(const struct wg_attempts *attempts, char kind, const char *who,
                         int64_t now);
void wg_attempts_wrong(struct wg_attempts *attempts, char kind, const char *who, int64_t now);
