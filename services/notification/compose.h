/* From a claimed row to the letter that goes out. The only place where an address is open. */
#pragma once

#include <stdint.h>

#include "common/text.h"

#include "services/notification/rules.h"
#include "services/notification/store.h"

struct compose {
    const struct rules *rules;
    const uint8_t *seal_secret;
    const char *from; /* a valid address */
    const char *link; /* what links begin with */
};

enum { COMPOSE_ADDRESS_ROOM = 256 };

/* NULL: done, bytes appended and ret_address filled; otherwise why there can be no letter (a
 * literal, without personal data). */
const char *compose_letter(const struct compose *with, const struct store_letter *letter,
                           struct wg_text *bytes, char ret_address[COMPOSE_ADDRESS_ROOM]);
