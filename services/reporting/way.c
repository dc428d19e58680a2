#include "services/reporting/way.h"

#include <stdbool.h>
#include <string.h>

#include "common/json.h"

static struct json_object *member(struct json_object *of, const char *key)
{
    return json_object_is_type(of, json_type_object) ? wg_json_get(of, key) : NULL;
}

static size_t length(struct json_object *list)
{
    return json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;
}

static bool lists(struct json_object *list, const char *word)
{
    for (size_t i = 0; i < length(list); i++) {
        const char *one = json_object_get_string(json_object_array_get_idx(list, i));
        if (one != NULL && strcmp(one, word) == 0)
            return true;
    }
    return false;
}

/* The engine's own words for who is no staff; an action by these alone, or by the system, is no
 * step that anybody counts on. */
static bool by_staff(struct json_object *by)
{
    for (size_t i = 0; i < length(by); i++) {
        const char *who = json_object_get_string(json_object_array_get_idx(by, i));
        if (strcmp(who, "reporter") != 0 && strcmp(who, "opener") != 0)
            return true;
    }
    return false;
}

/* A row's member stands before the action's. */
static struct json_object *of_row(struct json_object *row, struct json_object *action,
                                  const char *key)
{
    struct json_object *value = member(row, key);
    return value != NULL ? value : member(action, key);
}

/* The states from which this row leads, and that have no way yet. */
static void relax(struct json_object *steps, struct json_object *states, struct json_object *row,
                  struct json_object *action)
{
    struct json_object *from = of_row(row, action, "from"), *to = of_row(row, action, "to");
    struct json_object *left = to == NULL ? NULL : member(steps, json_object_get_string(to));
    if (left == NULL || !by_staff(of_row(row, action, "by")))
        return;
    json_object_object_foreach(states, state, says)
    {
        bool off = member(steps, state) == NULL && !json_object_get_boolean(member(says, "final"));
        if (!off || !lists(from, state))
            continue;
        json_object_object_add(steps, state, json_object_new_int(json_object_get_int(left) + 1));
    }
}

static void relax_all(struct json_object *steps, struct json_object *definition, int distance)
{
    struct json_object *states = member(definition, "states"),
                       *actions = member(definition, "actions");
    json_object_object_foreach(actions, name, action)
    {
        (void)name;
        struct json_object *rows = member(action, "rows");
        size_t n = length(rows);
        for (size_t i = 0; i < (n == 0 ? 1 : n); i++) {
            struct json_object *row = n == 0 ? NULL : json_object_array_get_idx(rows, i);
            struct json_object *to = of_row(row, action, "to");
            struct json_object *left =
                to == NULL ? NULL : member(steps, json_object_get_string(to));
            if (left != NULL && json_object_get_int(left) == distance)
                relax(steps, states, row, action);
        }
    }
}

struct json_object *way_steps(struct json_object *definition)
{
    struct json_object *steps = json_object_new_object(), *way = member(definition, "way"),
                       *states = member(definition, "states");
    size_t n = length(way);
    if (n == 0 || !json_object_is_type(states, json_type_object) ||
        !json_object_is_type(member(definition, "actions"), json_type_object))
        return steps;
    for (size_t i = 0; i < n; i++)
        json_object_object_add(steps, json_object_get_string(json_object_array_get_idx(way, i)),
                               json_object_new_int((int)(n - 1 - i)));
    /* Breadth first: what is nearest to an end is settled first. Every state is off the way once.
     */
    for (int distance = 0; distance < json_object_object_length(states); distance++)
        relax_all(steps, definition, distance);
    json_object_object_foreach(states, state, says)
    {
        if (member(steps, state) == NULL && json_object_get_boolean(member(says, "final")))
            json_object_object_add(steps, state, json_object_new_int(0));
    }
    return steps;
}
