/* GET /cases/{id}/clocks: which clocks a case has, whose they are, and why each ends when it does.
 */
#pragma once

#include "services/triage/action.h"

/* Replies; the action stays the caller's. */
void clocks_reply(struct action *action);
