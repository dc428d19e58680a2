/* POST /api/v1/keys and DELETE /api/v1/keys/{id}, for administrators. */
#pragma once

#include "common/http.h"

wg_handler keys_make, keys_revoke;
