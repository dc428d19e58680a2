/* What the event of a step stores. */
#include "common/json.h"
#include "common/text.h"
#include "common/writer.h"

#include "services/triage/workflow_file.h"

void workflow_write_facts(struct wg_text *out, const struct workflow_facts *facts,
                          const char *unmet_reason)
{
    wg_write_object(out, "facts");
    wg_write_int(out, "city", facts->city_version);
    if (facts->place_rule != NULL)
        wg_write_string(out, "place", facts->place_rule);
    if (facts->holder_rule != NULL)
        wg_write_string(out, "holder", facts->holder_rule);
    if (facts->partner != 0)
        wg_write_int(out, "partner", facts->partner);
    if (unmet_reason != NULL)
        wg_write_string(out, "unmet", unmet_reason);
    wg_write_end_object(out);
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
    if (step->input != NULL && json_object_object_length(step->input) > 0) {
        size_t length;
        const char *input =
            json_object_to_json_string_length(step->input, JSON_C_TO_STRING_PLAIN, &length);
        wg_write_raw(data, "input", input, length);
    }
    workflow_write_facts(data, step->facts, NULL);
    workflow_write_effects(data, "effects", step->before, &decision->after);
    if (undoable)
        workflow_write_effects(data, "before", &decision->after, step->before);
    wg_write_end_object(data);
    workflow_write_was(&decision->was, step->before, &decision->after);
}
