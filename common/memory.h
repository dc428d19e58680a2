/* Memory that cannot fail: out of memory ends the process (czmq does so anyway), so no caller
 * checks. Every local that owns is declared with WG_AUTO; early return is the only exit style. */
#pragma once

#include <stddef.h>
#include <stdlib.h>

#define WG_MUST_USE __attribute__((warn_unused_result))
#define WG_AUTO(destroy) __attribute__((cleanup(destroy)))
#define WG_COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Zeroed memory of size_bytes; the caller owns it and frees it with free() or WG_AUTO(wg_free). */
void *wg_new(size_t size_bytes);

/* An array of n zeroed members. */
void *wg_new_array(size_t n, size_t member_bytes);

/* Grows or shrinks like realloc; new bytes are not zeroed. Takes old, returns what the caller owns.
 */
void *wg_resize(void *old, size_t size_bytes);

char *wg_strdup(const char *text);
char *wg_strndup(const char *bytes, size_t length);

/* Cleanup for a local pointer to plain memory: pass the address of the pointer; accepts NULL
 * inside. */
void wg_free(void *pointer_to_pointer);
