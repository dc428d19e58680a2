/* What a caller may see, written for the one rule that judges it: the SQL function may_see. */
#include <string.h>

#include "common/access.h"
#include "common/area.h"
#include "common/clock.h"
#include "common/writer.h"

static void put_range(struct wg_text *out, const char *low, const char *high)
{
    wg_write_array(out, NULL);
    wg_write_string(out, NULL, low);
    wg_write_string(out, NULL, high);
    wg_write_end_array(out);
}

/* The ranges of the posts that read restricted cases in this way. */
static void put_reads(struct wg_text *out, const struct wg_caller *caller, const char *key,
                      const char *reads)
{
    char high[WG_AREA_ROOM];
    wg_write_array(out, key);
    for (size_t i = 0; i < caller->n_posts; i++) {
        if (strcmp(caller->posts[i].reads, reads) != 0)
            continue;
        wg_area_next(caller->posts[i].area, high);
        put_range(out, caller->posts[i].area, high);
    }
    wg_write_end_array(out);
}

/* The ranges of the posts that may hide what a case says, and so read what was hidden. */
static void put_readers_of_texts(struct wg_text *out, const struct wg_caller *caller)
{
    static const char *const posts[] = { "coordinator", "supervisor", "administrator" };
    char high[WG_AREA_ROOM];
    wg_write_array(out, "texts");
    for (size_t i = 0; i < caller->n_posts; i++) {
        bool may = false;
        for (size_t k = 0; k < WG_COUNT(posts); k++)
            may = may || strcmp(caller->posts[i].post, posts[k]) == 0;
        if (!may)
            continue;
        wg_area_next(caller->posts[i].area, high);
        put_range(out, caller->posts[i].area, high);
    }
    wg_write_end_array(out);
}

void wg_sight_write(const struct wg_caller *caller, struct wg_text *out)
{
    struct wg_range ranges[8];
    size_t n = wg_readable(caller, ranges);
    wg_write_object(out, NULL);
    if (caller->administrator)
        wg_write_bool(out, "all", true);
    if (caller->link_id != 0) {
        wg_write_int(out, "link", caller->link.case_id);
        wg_write_int(out, "person", caller->staff_id);
        wg_write_string(out, "at", wg_time_string(wg_clock_now()));
    } else if (caller->staff_id != 0)
        wg_write_int(out, "staff", caller->staff_id);
    if (caller->link_id == 0 && caller->party_id != 0)
        wg_write_int(out, "party", caller->party_id);
    wg_write_array(out, "open");
    for (size_t i = 0; i < n; i++)
        put_range(out, ranges[i].low, ranges[i].high);
    wg_write_end_array(out);
    put_reads(out, caller, "hidden", "always");
    put_reads(out, caller, "waiting", "waiting");
    put_readers_of_texts(out, caller);
    wg_write_array(out, "posts");
    for (size_t i = 0; i < caller->n_posts; i++)
        if (strcmp(caller->posts[i].post, "handler") != 0)
            wg_write_string(out, NULL, caller->posts[i].area);
    wg_write_end_array(out);
    wg_write_end_object(out);
}
