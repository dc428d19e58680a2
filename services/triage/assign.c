#include "services/triage/assign.h"

#include <string.h>

/* The first row of posts that is not before (area, post). */
static size_t first_post(const struct city *city, int64_t area_id, const char *post)
{
    size_t low = 0, high = city->posts.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct city_post *row = &city->posts.rows[middle];
        bool before =
            row->area_id < area_id || (row->area_id == area_id && strcmp(row->post, post) < 0);
        if (before)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static size_t first_duty(const struct city *city, int64_t area_id)
{
    size_t low = 0, high = city->duties.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (city->duties.rows[middle].area_id < area_id)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Which duty rows are looked for. */
struct wanted {
    int64_t area_id, staff_id; /* staff_id 0: anybody's */
    const char *post;
    bool leave; /* leave, or anything but leave */
};

/* The first of them that covers the moment. */
static const struct city_duty *covering(const struct city *city, const struct wanted *wanted,
                                        int64_t now)
{
    for (size_t i = first_duty(city, wanted->area_id);
         i < city->duties.n && city->duties.rows[i].area_id == wanted->area_id; i++) {
        const struct city_duty *row = &city->duties.rows[i];
        if (strcmp(row->post, wanted->post) == 0 && row->from <= now && now < row->to &&
            (strcmp(row->kind, "leave") == 0) == wanted->leave &&
            (wanted->staff_id == 0 || row->staff_id == wanted->staff_id))
            return row;
    }
    return NULL;
}

static size_t people_here(const struct city *city, const struct city_area *area, const char *post,
                          int64_t now, int64_t ret_staff[ASSIGN_PEOPLE])
{
    size_t n = 0;
    for (size_t i = first_post(city, area->id, post); i < city->posts.n && n < ASSIGN_PEOPLE; i++) {
        const struct city_post *row = &city->posts.rows[i];
        if (row->area_id != area->id || strcmp(row->post, post) != 0)
            break;
        const struct wanted leave = { area->id, row->staff_id, post, true };
        if (row->from <= now && (row->to == 0 || now < row->to) &&
            covering(city, &leave, now) == NULL)
            ret_staff[n++] = row->staff_id;
    }
    return n;
}

static const char *local_post(const struct city_area *area, const char *post)
{
    return strcmp(area->kind, "dedicated") == 0 && strcmp(post, "leader") == 0 ? "dedicated-leader"
                                                                               : post;
}

struct holder assign_holder(const struct city *city, const struct city_area *area, const char *post,
                            int64_t now)
{
    int64_t staff[ASSIGN_PEOPLE];
    for (; area != NULL; area = city_parent(city, area)) {
        const char *here = local_post(area, post);
        const struct wanted standing = { area->id, 0, here, false };
        const struct city_duty *duty = covering(city, &standing, now);
        if (duty != NULL)
            return (struct holder){ duty->staff_id,
                                    strcmp(duty->kind, "duty") == 0 ? "duty" : "stand-in",
                                    area->id };
        if (people_here(city, area, here, now, staff) > 0)
            return (struct holder){ staff[0], "post", area->id };
    }
    return (struct holder){ 0, NULL, 0 };
}

size_t assign_people(const struct city *city, const struct city_area *area, const char *post,
                     int64_t now, int64_t ret_staff[ASSIGN_PEOPLE])
{
    for (; area != NULL; area = city_parent(city, area)) {
        size_t n = people_here(city, area, post, now, ret_staff);
        if (n > 0)
            return n;
    }
    return 0;
}

bool assign_covers(const struct city *city, const struct city_area *area, const char *post,
                   int64_t staff_id, int64_t now)
{
    for (; staff_id != 0 && area != NULL; area = city_parent(city, area)) {
        const struct wanted standing = { area->id, staff_id, post, false };
        if (covering(city, &standing, now) != NULL)
            return true;
    }
    return false;
}

/* A post that the person holds here: the i-th row from the start of this area's that is theirs. */
static const struct city_post *own_post(const struct city *city, const struct city_area *area,
                                        int64_t staff_id, int64_t now, size_t *i)
{
    for (; *i < city->posts.n && city->posts.rows[*i].area_id == area->id; (*i)++) {
        const struct city_post *row = &city->posts.rows[*i];
        if (row->staff_id == staff_id && row->from <= now && (row->to == 0 || now < row->to))
            return &city->posts.rows[(*i)++];
    }
    return NULL;
}

/* The same of the roster: where they stand for somebody. */
static const struct city_duty *own_duty(const struct city *city, const struct city_area *area,
                                        int64_t staff_id, int64_t now)
{
    for (size_t i = first_duty(city, area->id);
         i < city->duties.n && city->duties.rows[i].area_id == area->id; i++) {
        const struct city_duty *row = &city->duties.rows[i];
        if (row->staff_id == staff_id && row->from <= now && now < row->to &&
            strcmp(row->kind, "leave") != 0)
            return row;
    }
    return NULL;
}

const struct city_area *assign_standing(const struct city *city, const struct city_area *area,
                                        int64_t staff_id, int64_t now)
{
    for (; staff_id != 0 && area != NULL; area = city_parent(city, area)) {
        size_t i = first_post(city, area->id, "");
        if (own_post(city, area, staff_id, now, &i) != NULL ||
            own_duty(city, area, staff_id, now) != NULL)
            return area;
    }
    return NULL;
}

/* Anybody but this person who covers the post here. */
static int64_t another(const struct city *city, const struct city_area *area, const char *post,
                       int64_t staff_id, int64_t now)
{
    int64_t staff[ASSIGN_PEOPLE];
    for (size_t i = first_duty(city, area->id);
         i < city->duties.n && city->duties.rows[i].area_id == area->id; i++) {
        const struct city_duty *row = &city->duties.rows[i];
        if (row->staff_id != staff_id && strcmp(row->post, post) == 0 && row->from <= now &&
            now < row->to && strcmp(row->kind, "leave") != 0)
            return row->staff_id;
    }
    size_t n = people_here(city, area, post, now, staff);
    for (size_t i = 0; i < n; i++)
        if (staff[i] != staff_id)
            return staff[i];
    return 0;
}

int64_t assign_stand_in(const struct city *city, const struct city_area *area, int64_t staff_id,
                        int64_t now)
{
    const struct city_post *post;
    int64_t found = 0;
    area = assign_standing(city, area, staff_id, now);
    if (area == NULL)
        return 0;
    const struct city_duty *duty = own_duty(city, area, staff_id, now);
    if (duty != NULL)
        found = another(city, area, duty->post, staff_id, now);
    for (size_t i = first_post(city, area->id, "");
         found == 0 && (post = own_post(city, area, staff_id, now, &i)) != NULL;)
        found = another(city, area, post->post, staff_id, now);
    return found;
}
