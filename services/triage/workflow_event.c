/* What the event of a step stores. */
#include <stdio.h>

#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

/* The hours that a clock may have been given by this step, beside the area's. */
static void write_party_calendars(struct wg_text *out, const struct workflow_facts *facts)
{
    char party[16];
    if (facts->n_of_parties == 0)
        return;
    wg_write_object(out, "calendars");
    for (size_t i = 0; i < facts->n_of_parties; i++) {
        snprintf(party, sizeof party, "%d", facts->of_parties[i].party);
        wg_write_string(out, party, facts->of_parties[i].code);
    }
    wg_write_end_object(out);
}

/* Who took over from whom; only a tick knows them. */
static void write_heirs(struct wg_text *out, const struct workflow_facts *facts)
{
    char staff[24];
    if (facts->n_heirs == 0)
        return;
    wg_write_object(out, "heirs");
    for (size_t i = 0; i < facts->n_heirs; i++) {
        snprintf(staff, sizeof staff, "%lld", (long long)facts->heirs[i].from);
        wg_write_int(out, staff, facts->heirs[i].to);
    }
    wg_write_end_object(out);
}

void workflow_write_facts(struct wg_text *out, const struct workflow_facts *facts,
                          const char *unmet_reason)
{
    wg_write_object(out, "facts");
    wg_write_int(out, "city", facts->city_version);
    if (facts->place_rule != NULL)
        wg_write_string(out, "place", facts->place_rule);
    if (facts->holder_rule != NULL)
        wg_write_string(out, "holder", facts->holder_rule);
    if (facts->area_calendar != NULL)
        wg_write_string(out, "calendar", facts->area_calendar);
    write_party_calendars(out, facts);
    write_heirs(out, facts);
    if (facts->partner != 0)
        wg_write_int(out, "partner", facts->partner);
    if (facts->children != 0)
        wg_write_int(out, "children", facts->children);
    if (unmet_reason != NULL)
        wg_write_string(out, "unmet", unmet_reason);
    wg_write_end_object(out);
}

static void write_words(struct wg_text *data, const char *key, struct json_object *words)
{
    size_t length;
    if (words == NULL || json_object_object_length(words) == 0)
        return;
    const char *json = json_object_to_json_string_length(words, JSON_C_TO_STRING_PLAIN, &length);
    wg_write_raw(data, key, json, length);
}

void workflow_write_event(const struct workflow_step *step, const struct workflow_ask *ask,
                          const struct workflow_strike *strike, bool undoable,
                          struct workflow_decision *decision)
{
    struct wg_text *data = &decision->data;
    wg_write_object(data, NULL);
    if (ask->action != NULL)
        wg_write_string(data, "action", ask->action);
    if (step->task != NULL)
        wg_write_int(data, "task", step->task->k);
    if (strike != NULL) {
        wg_write_string(data, "clock", strike->clock);
        wg_write_int(data, "mark", strike->mark);
    }
    if (step->actor->reporter)
        wg_write_string(data, "by", "reporter");
    write_words(data, "input", step->input);
    if (ask->action != NULL && workflow_flagged(step->workflow, ask->action, "approve"))
        write_words(data, "asked", step->facts->asked_input);
    workflow_write_facts(data, step->facts, NULL);
    workflow_write_effects(data, "effects", step->before, &decision->after);
    if (undoable)
        workflow_write_effects(data, "before", &decision->after, step->before);
    wg_write_end_object(data);
    workflow_write_was(&decision->was, step->before, &decision->after);
}
