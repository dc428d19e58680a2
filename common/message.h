/* The codec of the three hints, pure: schema/messages/README.md describes them, tests/messages is
 * the contract. Unknown members are ignored, unknown versions refused. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "common/memory.h"

enum { WG_MESSAGE_BAD = 1, WG_MESSAGE_VERSION = 2 };

/* {"version":1,"ids":[…]}: at most room ids, all positive. */
int wg_message_ids(const char *frame, size_t length, int64_t *ids, size_t room,
                   size_t *ret_n) WG_MUST_USE;

/* {"version":1,"xid":…,"count":…} */
int wg_message_event(const char *frame, size_t length, uint64_t *ret_xid,
                     size_t *ret_count) WG_MUST_USE;
