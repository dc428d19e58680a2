#include "services/triage/notices.h"

#include "common/clock.h"
#include "common/text.h"

void notices_begin(struct notice_columns *columns)
{
    *columns = (struct notice_columns){
        .cases = wg_column_new(WG_I64),
        .rules = wg_column_new(WG_STRING),
        .staff = wg_column_new(WG_STRING),
        .to_reporter = wg_column_new(WG_BOOL),
        .training = wg_column_new(WG_BOOL),
    };
}

void notices_put(struct notice_columns *columns, const struct workflow_decision *decision)
{
    WG_AUTO(wg_text_destroy) struct wg_text staff = { 0 };
    for (size_t i = 0; i < decision->n_notices; i++) {
        const struct workflow_notice *notice = &decision->notices[i];
        wg_text_clear(&staff);
        wg_text_put(&staff, "");
        for (size_t s = 0; s < notice->n; s++)
            wg_text_printf(&staff, "%s%lld", s == 0 ? "" : ",", (long long)notice->staff[s]);
        wg_column_i64(columns->cases, decision->after.id);
        wg_column_text(columns->rules, notice->rule);
        wg_column_text(columns->staff, staff.length == 0 ? "" : staff.bytes);
        wg_column_i64(columns->to_reporter, notice->to_reporter);
        wg_column_i64(columns->training, decision->after.training);
    }
}

void notices_end(struct notice_columns *columns, struct wg_params *params, int64_t now)
{
    wg_params_array(params, &columns->cases);
    wg_params_array(params, &columns->rules);
    wg_params_array(params, &columns->staff);
    wg_params_array(params, &columns->to_reporter);
    wg_params_array(params, &columns->training);
    wg_params_time(params, now);
    wg_params_time(params, now + WG_SECOND);
}
