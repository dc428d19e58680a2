/* POST /api/v1/imports/{kind} while its body arrives, and the templates. */
#pragma once

#include "common/http.h"

extern const struct wg_stream receive_stream;
wg_handler receive_post;     /* the body is complete */
wg_handler receive_template; /* GET …/template */
