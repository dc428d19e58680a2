#include "services/triage/facts.h"

#include <string.h>

#include "common/text.h"

#include "services/triage/about.h"
#include "services/triage/assign.h"

/* Why a place is not known well enough. */
static const char NOWHERE[] = "place", OUTSIDE[] = "outside", NO_GRID[] = "grid";

struct place {
    const struct city_area *area;
    const char *reason, *rule;
};

static struct place find_place(const struct facts_source *source, const struct facts_input *input)
{
    const struct city *city = source->city;
    const int grid = city_depth("grid");
    const struct city_area *given =
        input->area[0] == '\0' ? NULL : city_area_by_code(city, input->area);
    if (given != NULL && (input->area_chosen || city_depth(given->level) >= grid))
        return (struct place){ given, city_depth(given->level) >= grid ? NULL : NO_GRID,
                               input->area_chosen ? "chosen" : "given" };
    const struct city_area *found =
        input->has_point ? map_locate(source->map, city, input->lat, input->lon, input->category)
                         : NULL;
    if (found != NULL)
        return (struct place){ found, city_depth(found->level) >= grid ? NULL : NO_GRID,
                               "polygon" };
    if (given != NULL)
        return (struct place){ given, NO_GRID, "given" };
    return (struct place){ city_root(city), input->has_point ? OUTSIDE : NOWHERE, NULL };
}

static void put_category(struct workflow_facts *facts, const struct city_category *category)
{
    if (category == NULL)
        return;
    wg_copy(facts->category, sizeof facts->category, category->code);
    wg_copy(facts->grade, sizeof facts->grade, category->grade);
    facts->restricted = category->restricted;
    for (size_t i = 0; i < category->n_limits && facts->n_limits < WORKFLOW_LIMITS; i++)
        facts->limits[facts->n_limits++] = category->limits[i];
}

/* ---- people: never whom the case is about, nor anyone below their chief */

struct search {
    const struct facts_source *source;
    int64_t about, now;
    const struct city_area *from; /* and upwards */
};

static struct holder find_holder(const struct search *search, const char *post)
{
    const struct city *city = search->source->city;
    for (const struct city_area *area = search->from; area != NULL;
         area = city_parent(city, area)) {
        struct holder holder = assign_holder(city, area, post, search->now);
        if (holder.staff_id == 0 || holder.staff_id != search->about)
            return holder;
    }
    return (struct holder){ 0, NULL, 0 };
}

static size_t leave_out(int64_t *staff, size_t n, int64_t person)
{
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (staff[i] != person)
            staff[kept++] = staff[i];
    return kept;
}

static size_t find_people(const struct search *search, const char *post,
                          int64_t ret_staff[ASSIGN_PEOPLE])
{
    const struct city *city = search->source->city;
    size_t n = assign_people(city, search->from, post, search->now, ret_staff);
    if (search->about == 0)
        return n;
    n = leave_out(ret_staff, n, search->about);
    for (const struct city_area *area = search->from; n == 0 && area != NULL;
         area = city_parent(city, area))
        n = leave_out(ret_staff, assign_people(city, area, post, search->now, ret_staff),
                      search->about);
    return n;
}

/* Whoever a notice of the workflow may have to tell; of an opening that walks all the way only
 * those whom it tells, for there are many openings. */
static void put_roles(struct workflow_facts *facts, const struct search *search, const char *level)
{
    const char *post, *role;
    const char *(*next)(const struct workflow *, size_t, const char *, const char **) =
        facts->walks_through ? workflow_walk_role : workflow_role;
    while (facts->n_roles < WORKFLOW_ROLES &&
           (role = next(search->source->workflow, facts->n_roles, level, &post)) != NULL) {
        facts->roles[facts->n_roles].role = role;
        facts->roles[facts->n_roles].n =
            post[0] == '\0' ? 0 : find_people(search, post, facts->roles[facts->n_roles].staff);
        facts->n_roles++;
    }
}

void facts_people(const struct city *city, int32_t party, struct workflow_people *ret_people)
{
    const struct city_party *row = party == 0 ? NULL : city_party_by_id(city, party);
    ret_people->n = 0;
    for (size_t i = 0; row != NULL && i < row->n_staff && i < WORKFLOW_PEOPLE; i++)
        ret_people->staff[ret_people->n++] = row->staff[i];
}

void facts_add_party(const struct city *city, int32_t party, struct workflow_facts *facts)
{
    const struct city_party *row = party == 0 ? NULL : city_party_by_id(city, party);
    bool known = row == NULL || row->calendar[0] == '\0' || facts->n_of_parties == WORKFLOW_PARTIES;
    for (size_t i = 0; !known && i < facts->n_of_parties; i++)
        known = facts->of_parties[i].party == party;
    if (known)
        return;
    facts->of_parties[facts->n_of_parties].party = party;
    facts->of_parties[facts->n_of_parties++].code = row->calendar;
}

static void put_party(struct workflow_facts *facts, const struct city *city, int32_t party)
{
    const struct city_party *row = party == 0 ? NULL : city_party_by_id(city, party);
    facts->party = party;
    facts->party_ordered = row != NULL && row->ordered;
    facts_people(city, party, &facts->party_people);
    facts_add_party(city, party, facts);
}

/* Parties stand beside the levels: whoever acts for one has none. */
static bool of_party(const struct city *city, int64_t staff)
{
    for (size_t i = 0; i < city->parties.n; i++)
        for (size_t j = 0; j < city->parties.rows[i].n_staff; j++)
            if (city->parties.rows[i].staff[j] == staff)
                return true;
    return false;
}

/* The level of a case in these hands: that of the area; a micro-grid is its grid's. NULL: no area.
 */
static const char *level_of(const struct city_area *area)
{
    if (area == NULL)
        return NULL;
    return city_depth(area->level) > city_depth("grid") ? "grid" : area->level;
}

void facts_find(const struct facts_source *source, const struct facts_input *input, int64_t now,
                struct workflow_facts *ret_facts)
{
    const struct city *city = source->city;
    const struct calendars_row *calendar = city_calendar(city);
    struct place place = find_place(source, input);
    const struct search search = { source, input->about, now,
                                   about_from(city, place.area, input->shield) };
    const struct city_category *category =
        input->category[0] == '\0' ? NULL : city_category(city, input->category);
    *ret_facts = (struct workflow_facts){
        .calendar = calendar == NULL ? NULL : calendar->table,
        .calendar_version = calendar == NULL ? 0 : calendar->version,
        .calendar_code = calendar == NULL ? NULL : calendar->code,
        .calendars = &city->calendars,
        .area_calendar = city_area_calendar(city, place.area),
        .city_version = city->areas.version,
        .place_reason = place.reason,
        .place_rule = place.rule,
        .area_id = place.area == NULL ? 0 : place.area->id,
        .reporter_has_mail = input->reporter_has_mail,
        .reporter_known = input->reporter_known,
    };
    wg_copy(ret_facts->area, sizeof ret_facts->area, place.area == NULL ? "" : place.area->code);
    put_category(ret_facts, category);
    put_party(ret_facts, city, input->party);
    if (input->holder != 0 || input->party != 0) {
        ret_facts->holder = input->holder;
        ret_facts->holder_rule = "chosen";
        if (input->holder != 0 && !of_party(city, input->holder))
            ret_facts->holder_level =
                level_of(assign_standing(city, place.area, input->holder, now));
    } else if (category != NULL && place.reason == NULL) {
        struct holder holder = find_holder(&search, category->responsible);
        ret_facts->holder = holder.staff_id;
        ret_facts->holder_rule = holder.rule;
        ret_facts->holder_level = level_of(city_area_by_id(city, holder.area_id));
    }
    ret_facts->walks_through =
        input->opening && place.reason == NULL && category != NULL && ret_facts->holder != 0;
    put_roles(ret_facts, &search,
              input->level == NULL ? workflow_level(source->workflow) : input->level);
}
