/* The lists: one question each. */
#include "registry_sql.h"
#include "services/registry/store.h"

static const char *or_null(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

int store_list_areas(struct store *store, const struct store_page *page, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, page->area.low);
    wg_params_text(params, page->area.high);
    wg_params_text(params, or_null(page->choice));
    wg_params_text(params, page->after);
    wg_params_i64(params, page->after_id);
    wg_params_i32(params, page->limit + 1);
    wg_params_time(params, page->now);
    wg_params_bool(params, page->outlines);
    return store_ask(store_reads(store), SQL_LIST_AREAS, &params, landed, arg);
}

int store_list_categories(struct store *store, const struct store_page *page, wg_landed *landed,
                          void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    return store_ask(store_reads(store), SQL_LIST_CATEGORIES, &params, landed, arg);
}

int store_list_places(struct store *store, const struct store_page *page, wg_landed *landed,
                      void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, page->area.low);
    wg_params_text(params, page->area.high);
    wg_params_text(params, or_null(page->part));
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    wg_params_time(params, page->now);
    return store_ask(store_reads(store), SQL_LIST_PLACES, &params, landed, arg);
}

int store_list_staff(struct store *store, const struct store_page *page, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    bool narrowed = page->choice[0] != '\0' || page->area.low[0] != '\0';
    store_put_reach(params, page->reach, page->n_reach);
    wg_params_text(params, page->area.low);
    wg_params_text(params, page->area.high);
    wg_params_text(params, or_null(page->choice));
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    wg_params_time(params, page->now);
    wg_params_bool(params, page->everything && !narrowed);
    return store_ask(store_reads(store), SQL_LIST_STAFF, &params, landed, arg);
}

int store_get_staff(struct store *store, const struct store_page *page, wg_landed *landed,
                    void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    store_put_reach(params, page->reach, page->n_reach);
    wg_params_text(params, page->after);
    wg_params_time(params, page->now);
    wg_params_bool(params, page->everything);
    return store_ask(store_reads(store), SQL_GET_STAFF, &params, landed, arg);
}

int store_list_duty(struct store *store, const struct store_page *page, wg_landed *landed,
                    void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    store_put_reach(params, page->reach, page->n_reach);
    wg_params_text(params, page->area.low);
    wg_params_text(params, page->area.high);
    if (page->at == 0)
        wg_params_null(params);
    else
        wg_params_time(params, page->at);
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    return store_ask(store_reads(store), SQL_LIST_DUTY, &params, landed, arg);
}

int store_list_cover(struct store *store, const struct store_page *page, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    store_put_reach(params, page->reach, page->n_reach);
    wg_params_text(params, page->area.low);
    wg_params_text(params, page->area.high);
    wg_params_time(params, page->at);
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    return store_ask(store_reads(store), SQL_LIST_COVER, &params, landed, arg);
}

int store_list_parties(struct store *store, const struct store_page *page, wg_landed *landed,
                       void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    wg_params_time(params, page->now);
    return store_ask(store_reads(store), SQL_LIST_PARTIES, &params, landed, arg);
}

int store_list_competence(struct store *store, const struct store_page *page, wg_landed *landed,
                          void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, page->after);
    wg_params_i32(params, page->limit + 1);
    return store_ask(store_reads(store), SQL_LIST_COMPETENCE, &params, landed, arg);
}

int store_list_calendars(struct store *store, const struct store_page *page, wg_landed *landed,
                         void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    return store_ask(store_reads(store), SQL_LIST_CALENDARS, &params, landed, arg);
}

int store_list_keys(struct store *store, const struct store_page *page, wg_landed *landed,
                    void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, page->after_id);
    wg_params_i32(params, page->limit + 1);
    return store_ask(store_reads(store), SQL_LIST_KEYS, &params, landed, arg);
}

int store_list_audit(struct store *store, const struct store_page *page, wg_landed *landed,
                     void *arg)
{
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_i64(params, page->after_id == 0 ? INT64_MAX : page->after_id);
    wg_params_i32(params, page->limit + 1);
    return store_ask(store_reads(store), SQL_LIST_AUDIT, &params, landed, arg);
}
