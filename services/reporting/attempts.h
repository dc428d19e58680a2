/* Wrong query codes: five a minute for a number, and for an address; then neither is answered until
 * the minute is over, so that eight digits cannot be tried out. Pure: time comes as a parameter.
 * What is remembered is limited; where it is full, the oldest is forgotten. Each instance counts
 * for itself. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct attempts;

enum { ATTEMPTS_A_MINUTE = 5 };

struct attempts *attempts_new(void);
void attempts_destroy(struct attempts **attempts);

/* kind keeps numbers and addresses apart. now: microseconds of any clock that does not go back. */
bool attempts_blocked(const struct attempts *attempts, char kind, const char *who, int64_t now);
void attempts_wrong(struct attempts *attempts, char kind, const char *who, int64_t now);
