/* Duty: who covers what, when. Overlaps are judged over the whole file and the table in
 * sql/check_duty.sql. */
#include "common/json.h"
#include "common/text.h"

#include "services/registry/kinds.h"

static const char *const duty_names[] = { "duty", "stand-in", "leave", "night", "holiday", NULL };

static const struct column duty_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true, .zh = "值班编码、编码、编号" },
    { .name = "area", .type = COLUMN_AREA, .required = true, .zh = "区划编码、网格编码" },
    { .name = "post",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = post_names,
      .zh = "岗位" },
    { .name = "staff", .type = COLUMN_CODE, .required = true, .zh = "人员编码、值班人员、人员" },
    { .name = "kind",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = duty_names,
      .zh = "类别、值班类别" },
    { .name = "starts_at", .type = COLUMN_TIME, .required = true, .zh = "开始、开始时间、起" },
    { .name = "ends_at", .type = COLUMN_TIME, .required = true, .zh = "结束、结束时间、止" },
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
