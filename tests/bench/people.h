/* Staff at work: each connection is one person with a key of their own and cases of their own. Each
 * case goes the way of PLAN, every step with the ETag that the former one brought. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "tests/bench/requests.h"

struct people;

/* path: a line for each person, "<key> <case>:<n of its last deciding event> …". run makes this
 * run's idempotency keys its own. Ends the process with a message where it cannot be read. */
struct people *people_new(const char *path, int port, long run);
void people_destroy(struct people **people);
size_t people_count(const struct people *people);
/* What person i asks for next; NULL: all their cases are done. Valid until the next call for i. */
const struct request *people_next(struct people *people, size_t i);
/* The whole answer, with its head. False: it was refused, and the person leaves that case. */
bool people_answered(struct people *people, size_t i, const char *answer);
