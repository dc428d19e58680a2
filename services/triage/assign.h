/* Whose it is: duty first, then the post's own holder, from the spot upwards. Pure. */
#pragma once

#include "services/triage/city.h"

struct holder {
    int64_t staff_id; /* 0: nobody */
    const char *rule; /* "duty", "stand-in" or "post" */
    int64_t area_id;  /* where the post is held */
};

/* Who holds the post for the area at this moment; in a dedicated grid the dedicated leader stands
 * for the leader. Walks up to the root until somebody is found. */
struct holder assign_holder(const struct city *city, const struct city_area *area, const char *post,
                            int64_t now);

enum { ASSIGN_PEOPLE = 8 };
/* Everybody with the post in the nearest area at or above this one that has somebody; their number.
 */
size_t assign_people(const struct city *city, const struct city_area *area, const char *post,
                     int64_t now, int64_t ret_staff[ASSIGN_PEOPLE]);

/* True where this person covers the post now, by the roster, for the area or for one above it. area
 * NULL: nobody does. */
bool assign_covers(const struct city *city, const struct city_area *area, const char *post,
                   int64_t staff_id, int64_t now);

/* The nearest area at or above this one where the person holds a post or stands for who does; NULL:
 * none. */
const struct city_area *assign_standing(const struct city *city, const struct city_area *area,
                                        int64_t staff_id, int64_t now);

/* Who else covers the post that this person has there: by the roster first, then whoever shares the
 * post and is not on leave. 0: nobody. */
int64_t assign_stand_in(const struct city *city, const struct city_area *area, int64_t staff_id,
                        int64_t now);
