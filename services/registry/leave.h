/* Leave in two taps: until when, and who stands in; and back again. For oneself. */
#pragma once

#include "common/http.h"

wg_handler leave_take, leave_end;
