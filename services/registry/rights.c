#include "services/registry/rights.h"

#include <stdio.h>
#include <string.h>

#include "common/area.h"
#include "common/memory.h"

static bool arranges(const char *post)
{
    static const char *const posts[] = { "administrator", "secretary", "dispatcher", "clerk",
                                         "director" };
    size_t i = 0;
    while (i < WG_COUNT(posts) && strcmp(posts[i], post) != 0)
        i++;
    return i < WG_COUNT(posts);
}

static bool opens(const struct wg_post *post, enum right right)
{
    if (right == RIGHT_ARRANGE)
        return arranges(post->post);
    return strcmp(post->post, "administrator") == 0 &&
           (right == RIGHT_AREA || strcmp(post->level, "district") == 0);
}

size_t rights_reach(const struct wg_caller *caller, enum right right,
                    struct wg_range ret_reach[RIGHTS_MOST])
{
    if (caller->administrator) {
        ret_reach[0] = (struct wg_range){ .low = "", .high = ":" };
        return 1;
    }
    size_t n = 0;
    for (size_t i = 0; i < caller->n_posts && n < RIGHTS_MOST; i++) {
        if (!opens(&caller->posts[i], right))
            continue;
        snprintf(ret_reach[n].low, sizeof ret_reach[n].low, "%s", caller->posts[i].area);
        wg_area_next(caller->posts[i].area, ret_reach[n++].high);
    }
    return n;
}
