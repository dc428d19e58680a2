/* Which calendar a clock counts by: that of whoever answers for it, in the version in which its end
 * was counted last. */
#include <stdlib.h>
#include <string.h>

#include "common/text.h"

#include "services/triage/workflow_file.h"

/* The city's has no name in a clock, as in those that were written before there were others. */
static void put_code(struct workflow_clock *clock, const char *code)
{
    bool city = code == NULL || strcmp(code, CALENDARS_CITY) == 0;
    wg_copy(clock->code, sizeof clock->code, city ? "" : code);
}

static const char *code_of(const struct workflow_clock *clock)
{
    return clock->code[0] == '\0' ? CALENDARS_CITY : clock->code;
}

/* NULL: it has none of its own. */
static const char *of_party(const struct workflow_facts *facts, int32_t party)
{
    for (size_t i = 0; party != 0 && i < facts->n_of_parties; i++)
        if (facts->of_parties[i].party == party)
            return facts->of_parties[i].code;
    return NULL;
}

/* The task's that a clock is of; 0: it is of none. */
static int32_t party_of_task(const struct workflow_case *after, const char *name)
{
    const char *slash = strchr(name, '/');
    int k = slash == NULL ? 0 : atoi(slash + 1);
    return k > 0 && (size_t)k <= after->n_tasks ? after->tasks[k - 1].party : 0;
}

void workflow_choose_calendar(const struct workflow_step *step,
                              const struct workflow_clock_rule *rule, struct workflow_clock *clock)
{
    const struct workflow_facts *facts = step->facts;
    const char *code = NULL;
    bool holder = strcmp(rule->owner, "holder") == 0;
    if (holder || strcmp(rule->owner, "assignee") == 0)
        code = of_party(facts, party_of_task(step->after, clock->name));
    if (code == NULL && holder)
        code = of_party(facts, step->after->party);
    code = code != NULL ? code : facts->area_calendar;
    put_code(clock, code != NULL ? code : facts->calendar_code);
}

static const struct calendars_row *newest_of(const struct workflow_facts *facts,
                                             const struct workflow_clock *clock)
{
    return facts->calendars == NULL ? NULL : calendars_newest(facts->calendars, code_of(clock));
}

const struct wg_calendar *workflow_newest_calendar(const struct workflow_facts *facts,
                                                   struct workflow_clock *clock)
{
    const struct calendars_row *row = newest_of(facts, clock);
    if (row == NULL)
        put_code(clock, facts->calendar_code);
    clock->calendar = row == NULL ? facts->calendar_version : row->version;
    return row == NULL ? facts->calendar : row->table;
}

const struct wg_calendar *workflow_calendar_of(const struct workflow_facts *facts,
                                               const struct workflow_clock *clock)
{
    const struct calendars_row *row =
        facts->calendars == NULL
            ? NULL
            : calendars_find(facts->calendars, code_of(clock), clock->calendar);
    row = row == NULL ? newest_of(facts, clock) : row;
    return row == NULL ? facts->calendar : row->table;
}

bool workflow_calendar_moved(const struct workflow_facts *facts, const struct workflow_clock *clock)
{
    struct workflow_clock anew = *clock;
    workflow_newest_calendar(facts, &anew);
    return strcmp(anew.code, clock->code) != 0 || anew.calendar > clock->calendar;
}
