/* Duty: who covers what, when. Overlaps are judged over the whole file and the table in
 * sql/check_duty.sql. */
#include "common/json.h"
#include "common/text.h"

#include "services/registry/kinds.h"

static const char *const duty_names[] = { "duty", "stand-in", "leave", "night", "holiday", NULL };

static const struct column duty_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true },
    { .name = "area", .type = COLUMN_AREA, .required = true },
    { .name = "post", .type = COLUMN_CHOICE, .required = true, .choices = post_names },
    { .name = "staff", .type = COLUMN_CODE, .required = true },
    { .name = "kind", .type = COLUMN_CHOICE, .required = true, .choices = duty_names },
    { .name = "starts_at", .type = COLUMN_TIME, .required = true },
    { .name = "ends_at", .type = COLUMN_TIME, .required = true },
};

static void judge_duty(const struct line *line, struct json_object *row, struct faults *faults)
{
    const char *starts = wg_json_text(row, "starts_at"), *ends = wg_json_text(row, "ends_at");
    int64_t from, to;
    if (starts == NULL || ends == NULL || wg_time_parse(starts, &from) != 0 ||
        wg_time_parse(ends, &to) != 0)
        return;
    if (to <= from)
        faults_add(faults, line->number, "ends_at", "period", ends);
}

const struct kind duty_kind = {
    .name = "duty",
    .columns = duty_columns,
    .n = WG_COUNT(duty_columns),
    .judge = judge_duty,
};
