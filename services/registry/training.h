/* POST /training/wipe: what was entered for training (演练) goes, with all that came of it. For
 * administrators, with a reason. */
#pragma once

#include "common/http.h"

wg_handler training_wipe;
