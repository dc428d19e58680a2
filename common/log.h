/* One logfmt line an event on standard error: ts= level= service= instance= id= event= …
 * The id of the report or case in hand is set once with wg_log_id and stands on each line until it
 * is cleared. Lines below WG_WARNING are gathered and written in one write by wg_log_flush, which
 * the service skeleton calls at the end of each round of its loop. No personal data belongs here.
 */
#pragma once

#include <stdint.h>

enum wg_level { WG_DEBUG, WG_INFO, WG_WARNING, WG_ERROR, WG_FATAL };

/* Before the first line: who speaks, and the lowest level that is written. */
void wg_log_start(const char *service, int instance, enum wg_level lowest);

/* The id that each following line carries; 0 for none. Returns the former one. */
int64_t wg_log_id(int64_t id);

/* Appends ` key=value …` as given by format; values with spaces go through wg_log_quote. */
void wg_log(enum wg_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with an id of its own, for lines about many items of a batch. */
void wg_log_about(int64_t id, enum wg_level level, const char *event, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* text in quotes with logfmt escapes, in one of eight rotating buffers of 600 bytes; cut when
 * longer. */
const char *wg_log_quote(const char *text);

/* Writes what is gathered, in one write. */
void wg_log_flush(void);

/* "debug", "info", "warning", "error"; WG_INFO for anything else. */
enum wg_level wg_log_level(const char *name);
