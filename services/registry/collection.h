/* Takes a GeoJSON FeatureCollection apart (RFC 7946), one feature at a time, so that a file of many
 * megabytes is never built as a whole. Pure. Each piece goes through common/json before json-c sees
 * it. Besides `type` and `features` the collection may have further members; only `crs` is looked
 * at: it must say WGS 84. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>

#include "common/json.h"
#include "common/memory.h"

enum { COLLECTION_BYTES_MOST = 1048576 };

struct collection {
    const char *bytes; /* borrowed */
    size_t length, offset;
    size_t n; /* of the feature in hand, from 1 */
    int state;
    bool typed, listed;
    const char *why; /* of COLLECTION_BROKEN: the name of the fault in faults.c */
};

void collection_start(struct collection *collection, const char *bytes, size_t length);

enum collection_result {
    COLLECTION_ONE,
    COLLECTION_END,
    COLLECTION_BAD,    /* this feature is no JSON object, with the verdict; the next may be fine */
    COLLECTION_LARGE,  /* this feature is over COLLECTION_BYTES_MOST */
    COLLECTION_BROKEN, /* the file cannot be read on; collection->why */
};

/* On COLLECTION_ONE the caller owns *ret_feature. */
enum collection_result collection_next(struct collection *collection,
                                       struct json_object **ret_feature,
                                       struct wg_json_verdict *ret_verdict) WG_MUST_USE;
