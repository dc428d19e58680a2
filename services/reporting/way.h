/* How many steps a case has before it: along the ordinary way that its workflow names (`way`), and
 * from a state beside it by the shortest path that staff can take back to it. Pure. */
#pragma once

#include <json-c/json.h>

/* {"<state>": steps}: each state from which an end of the way is reached; a state that is an end by
 * itself has 0. Empty where the workflow names no way. The caller owns it. */
struct json_object *way_steps(struct json_object *definition);
