/* Which calendar a clock counts by: that of whoever answers for it, in the version in which its end
 * was counted last. And which limit it has: the most specific one. */
#include <stdlib.h>
#include <string.h>

#include "common/json.h"
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
        facts->calendars == NULL ? NULL
                                 : calendars_kept(facts->calendars, clock->code, clock->calendar);
    return row == NULL ? facts->calendar : row->table;
}

bool workflow_calendar_moved(const struct workflow_facts *facts, const struct workflow_clock *clock)
{
    struct workflow_clock anew = *clock;
    workflow_newest_calendar(facts, &anew);
    return strcmp(anew.code, clock->code) != 0 || anew.calendar > clock->calendar;
}

/* ---- how long */

/* Of some grades time runs at night and on holidays, too, whoever gave the limit. */
static struct wg_limit for_grade(const struct workflow *workflow, const char *grade,
                                 struct wg_limit limit)
{
    if (!workflow_contains(wg_json_get(workflow_definition(workflow), "round_the_clock"), grade))
        return limit;
    if (limit.unit == WG_WORK_MINUTE)
        limit.unit = WG_MINUTE;
    if (limit.unit == WG_WORK_DAY)
        limit.unit = WG_DAY;
    limit.next_work_day = false;
    return limit;
}

struct wg_limit workflow_file_limit(const struct workflow *workflow,
                                    const struct workflow_clock_rule *rule,
                                    const struct wg_limit_row *wanted)
{
    const struct wg_limit_row *row = wg_limit_find(rule->limits, rule->n_limits, wanted);
    return for_grade(workflow, wanted->grade, row == NULL ? rule->limit : row->limit);
}

struct wg_limit workflow_choose_limit(const struct workflow_step *step,
                                      const struct workflow_clock_rule *rule)
{
    const struct workflow_facts *facts = step->facts;
    struct wg_limit_row wanted = { 0 };
    wg_copy(wanted.clock, sizeof wanted.clock, rule->name);
    wg_copy(wanted.grade, sizeof wanted.grade, step->after->grade);
    wg_copy(wanted.source, sizeof wanted.source, facts->source_kind);
    const struct wg_limit_row *row = wg_limit_find(facts->limits, facts->n_limits, &wanted);
    return row == NULL ? workflow_file_limit(step->workflow, rule, &wanted)
                       : for_grade(step->workflow, wanted.grade, row->limit);
}
