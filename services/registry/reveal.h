/* Who reported: masked for whoever may read the case; opened one field at a time, for a reason, by
 * who has the case in hand. Each look is written down before the box is opened, and shown to the
 * reporter. */
#pragma once

#include "common/http.h"

wg_handler reveal_show, reveal_open;
