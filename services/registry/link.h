/* One-task links: for people who never log in (a property manager, a constable, a contractor, a
 * party household). Bound to one person and one case or task, for thirty days at most. */
#pragma once

#include "common/http.h"

wg_handler link_make, link_list, link_current, link_revoke;
