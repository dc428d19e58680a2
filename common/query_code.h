/* The query code of a report as a right: whoever has it may follow what became of the report and
 * act as the person who said it. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "common/attempts.h"
#include "common/crypto.h"
#include "common/http.h"

/* Whether the code that comes with the request ("Authorization: Code …", or ?code= where
 * `in_address` allows it) is that of the number in its path, {number}. False: it was replied to,
 * 401, 404 or 429; a wrong code and an unknown number answer alike. */
bool wg_code_asked(struct wg_attempts *attempts, const uint8_t key[WG_SECRET_BYTES],
                   struct wg_request *request, bool in_address);
/* 404: the number or its code is not right. */
void wg_reply_no_report(struct wg_request *request);
