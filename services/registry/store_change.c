#include "services/registry/store_change.h"

#include "registry_sql.h"

/* The statements, and how many of the parameters each has. */
static const struct {
    int statement, parameters;
} statements[] = {
    [STORE_SAVE_STAFF] = { SQL_SAVE_STAFF, 8 },
    [STORE_GIVE_POST] = { SQL_GIVE_POST, 6 },
    [STORE_END_POST] = { SQL_END_POST, 6 },
    [STORE_END_STAFF] = { SQL_END_STAFF, 6 },
    [STORE_SAVE_DUTY] = { SQL_SAVE_DUTY, 9 },
    [STORE_END_DUTY] = { SQL_END_DUTY, 5 },
    [STORE_SAVE_PARTY] = { SQL_SAVE_PARTY, 8 },
    [STORE_END_PARTY] = { SQL_END_PARTY, 5 },
    [STORE_SAVE_PLACE] = { SQL_SAVE_PLACE, 8 },
    [STORE_END_PLACE] = { SQL_END_PLACE, 5 },
    [STORE_SAVE_CATEGORY] = { SQL_SAVE_CATEGORY, 8 },
    [STORE_END_CATEGORY] = { SQL_END_CATEGORY, 3 },
    [STORE_SAVE_AREA] = { SQL_SAVE_AREA, 8 },
    [STORE_END_AREA] = { SQL_END_AREA, 6 },
    [STORE_SAVE_COMPETENCE] = { SQL_SAVE_COMPETENCE, 6 },
    [STORE_END_COMPETENCE] = { SQL_END_COMPETENCE, 3 },
    [STORE_SAVE_CALENDAR] = { SQL_SAVE_CALENDAR, 8 },
};

int store_change(struct store *store, const struct store_change *change, wg_landed *landed,
                 void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    int n = statements[change->change].parameters;
    wg_params_text(params, change->code);
    wg_params_time(params, change->now);
    wg_params_text(params, change->actor);
    if (n > 3)
        store_put_reach(params, change->reach, change->n_reach);
    if (n > 5)
        wg_params_text(params, change->row);
    if (n > 6) {
        wg_params_bool(params, change->creates);
        wg_params_text(params, change->version);
    }
    if (n > 8 && change->staff != 0)
        wg_params_i64(params, change->staff);
    else if (n > 8)
        wg_params_null(params);
    return store_ask(store_writes(store), statements[change->change].statement, &params, landed,
                     arg);
}

static struct wg_params *about(const struct store_leave *leave)
{
    struct wg_params *params = wg_params_new();
    wg_params_i64(params, leave->staff);
    wg_params_time(params, leave->now);
    wg_params_text(params, leave->actor);
    return params;
}

int store_take_leave(struct store *store, const struct store_leave *leave, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = about(leave);
    wg_params_time(params, leave->from);
    wg_params_time(params, leave->until);
    wg_params_text(params, leave->stand_in);
    return store_ask(store_writes(store), SQL_TAKE_LEAVE, &params, landed, arg);
}

int store_end_leave(struct store *store, const struct store_leave *leave, wg_landed *landed,
                    void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = about(leave);
    return store_ask(store_writes(store), SQL_END_LEAVE, &params, landed, arg);
}
