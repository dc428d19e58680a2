/* Which area codes and categories the city has, kept in memory and read anew when the registry's
 * version changes. */
#pragma once

#include <stdbool.h>

#include "common/db.h"

struct wg_service;
struct codes;

struct codes *codes_new(struct wg_service *service, struct wg_db *db);
void codes_destroy(struct codes **codes);
/* The registry says that a kind has changed. */
void codes_changed(struct codes *codes, const char *kind);

/* Both were read since the start: before, "there is no such code" would be a lie. */
bool codes_complete(const struct codes *codes);
bool codes_have_area(const char *code, void *codes);
bool codes_have_category(const char *code, void *codes);
