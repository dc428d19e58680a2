#include "services/registry/store_reporter.h"

#include "registry_sql.h"

int store_read_reporter(struct store *store, int64_t report, const char *sight, wg_landed *landed,
                        void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, report);
    wg_params_text(params, sight);
    return store_ask(store_reads(store), SQL_READ_REPORTER, &params, landed, arg);
}

int store_look(struct store *store, const struct store_look *look, wg_landed *landed, void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, look->report);
    wg_params_time(params, look->now);
    wg_params_i64(params, look->staff);
    wg_params_text(params, look->post);
    wg_params_text(params, look->field);
    wg_params_text(params, look->reason);
    wg_params_text(params, look->actor);
    return store_ask(store_writes(store), SQL_INSERT_LOOK, &params, landed, arg);
}

int store_forget(struct store *store, const struct store_forgetting *forgetting, wg_landed *landed,
                 void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, forgetting->after);
    wg_params_time(params, forgetting->now);
    wg_params_time(params, forgetting->before);
    wg_params_i32(params, forgetting->limit);
    return store_ask(store_writes(store), SQL_DELETE_REPORTERS, &params, landed, arg);
}
