/* Judges cases by the rules of rates, as the log grows: reads on from its cursor, takes the cases
 * that came to an end, were rated after it or let a clock run out, reads their whole history and
 * writes what they are to each rate. One instance at a time, by a lease as the fold's; each version
 * of the rules has a cursor of its own, so a new one judges the log anew. */
#pragma once

#include <json-c/json.h>

struct reporting;
struct tally;

/* folder: of rates.json. Without a good file nothing is judged. */
struct tally *tally_new(struct reporting *app, const char *folder);
void tally_destroy(struct tally **tally);
/* The rules in force; NULL: none. Borrowed. */
struct json_object *tally_rules(const struct tally *tally);
