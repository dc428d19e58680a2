/* wangge-triage decides what a report means and whose it is, and is the only one that moves a case.
 */
#include <string.h>

#include "common/access.h"
#include "common/bus.h"
#include "common/db.h"
#include "common/fault.h"
#include "common/http.h"
#include "common/service.h"

#include "services/triage/actions.h"
#include "services/triage/arrivals.h"
#include "services/triage/check.h"
#include "services/triage/city_load.h"
#include "services/triage/deadline.h"
#include "services/triage/doors.h"
#include "services/triage/preview.h"
#include "services/triage/rehearse.h"
#include "services/triage/ticks.h"
#include "services/triage/workflows.h"
#include "triage_sql.h"

static const char *workflows, *begins, *code_key;

static const struct wg_setting settings[] = {
    { "WANGGE_WORKFLOWS", WG_TEXT, "", 0, 0,
      "folder of the workflow files; empty: $WANGGE_HOME/share/workflows", &workflows, NULL },
    { "WANGGE_WORKFLOW", WG_TEXT, "request", 0, 0, "the workflow that a report opens", &begins,
      NULL },
    { "WANGGE_CODE_KEY", WG_TEXT, "", 0, 0,
      "file of the key from which query codes come; default $WANGGE_HOME/secrets/code.key",
      &code_key, NULL },
};

struct triage {
    struct doors *doors;
    struct loader *loader;
    struct preview_setup preview;
};

/* The statements; with a deliberate bug for the checker, the link no longer comes from the arrival
 * that was taken, so nothing but a unique key stands between a report and a second case. */
static const struct wg_statement *statements(void)
{
    static const char decides[] = "FROM taken",
                      forgets[] = "FROM unnest($1::bigint[]) AS g (report_id)";
    static struct wg_statement spoilt[SQL_COUNT];
    static char text[8192];
    if (WG_FAULT(BUG_SKIP_UNIQUE) == 0)
        return sql_statements;
    memcpy(spoilt, sql_statements, sizeof spoilt);
    const char *whole = sql_statements[SQL_OPEN_CASES].sql, *at = strstr(whole, decides);
    if (at == NULL)
        abort();
    snprintf(text, sizeof text, "%.*s%s%s", (int)(at - whole), whole, forgets,
             at + strlen(decides));
    spoilt[SQL_OPEN_CASES].sql = text;
    return spoilt;
}

static void at_case(struct wg_request *request, void *arg)
{
    doors_case(request, ((struct triage *)arg)->doors);
}

static void at_clocks(struct wg_request *request, void *arg)
{
    doors_clocks(request, ((struct triage *)arg)->doors);
}

static void at_task(struct wg_request *request, void *arg)
{
    doors_task(request, ((struct triage *)arg)->doors);
}

static void at_report(struct wg_request *request, void *arg)
{
    doors_report(request, ((struct triage *)arg)->doors);
}

static void get_workflows(struct wg_request *request, void *arg)
{
    workflows_list(request, ((struct triage *)arg)->preview.knowledge);
}

static void get_workflow(struct wg_request *request, void *arg)
{
    workflows_get(request, ((struct triage *)arg)->preview.knowledge);
}

static void post_preview(struct wg_request *request, void *arg)
{
    preview_post(request, &((struct triage *)arg)->preview);
}

static const struct wg_route routes[] = {
    { "GET", "/api/v1/cases/{id}/actions", WG_LINK, at_case },
    { "POST", "/api/v1/cases/{id}/actions", WG_LINK, at_case },
    { "GET", "/api/v1/cases/{id}/clocks", WG_LINK, at_clocks },
    { "GET", "/api/v1/tasks/{number}/actions", WG_LINK, at_task },
    { "POST", "/api/v1/tasks/{number}/actions", WG_LINK, at_task },
    { "GET", "/api/v1/reports/{number}/actions", WG_OPEN, at_report },
    { "POST", "/api/v1/reports/{number}/actions", WG_OPEN, at_report },
    { "GET", "/api/v1/workflows", 0, get_workflows },
    { "GET", "/api/v1/workflows/{name}", 0, get_workflow },
    { "POST", "/api/v1/triage/preview", 0, post_preview },
};

static void registry_changed(const char *kind, int64_t version, void *arg)
{
    loader_changed(((struct triage *)arg)->loader, kind, version);
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "deadline") == 0)
        return deadline_run(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "check") == 0)
        return check_run(argc - 2, argv + 2);
    if (argc > 1 && strcmp(argv[1], "rehearse") == 0)
        return rehearse_run(argc - 2, argv + 2);
    struct wg_service *service = wg_service_new("triage", settings, WG_COUNT(settings), argc, argv);
    struct knowledge knowledge = { 0 };
    WG_AUTO(wg_db_destroy)
    struct wg_db *first = wg_db_new(service, "open-1", statements(), SQL_COUNT, 1);
    WG_AUTO(wg_db_destroy)
    struct wg_db *second = wg_db_new(service, "open-2", statements(), SQL_COUNT, 1);
    struct wg_db *opens[ARRIVALS_WRITES] = { first, second };
    WG_AUTO(wg_db_destroy)
    struct wg_db *acts = wg_db_new(service, "act", sql_statements, SQL_COUNT, 1);
    WG_AUTO(wg_db_destroy)
    struct wg_db *reads = wg_db_new(service, "read", sql_statements, SQL_COUNT, 32);
    WG_AUTO(wg_bus_destroy) struct wg_bus *bus = wg_bus_new(service);
    WG_AUTO(wg_access_destroy)
    struct wg_access *access = wg_access_new(service, reads, SQL_FIND_CALLER);
    char folder[300];
    snprintf(folder, sizeof folder, "%s/share/workflows", wg_service_settings(service)->home);
    WG_AUTO(loader_destroy)
    struct loader *loader =
        loader_new(service, reads, workflows[0] != '\0' ? workflows : folder, begins, &knowledge);
    WG_AUTO(arrivals_destroy)
    struct arrivals *arrivals = arrivals_new(service, reads, opens, bus, &knowledge, loader);
    WG_AUTO(actions_destroy)
    struct actions *actions = actions_new(service, reads, acts, bus, &knowledge, loader);
    WG_AUTO(ticks_destroy)
    struct ticks *ticks = ticks_new(service, reads, acts, bus, &knowledge, loader);
    WG_AUTO(doors_destroy)
    struct doors *doors = doors_new(service, reads, actions, &knowledge, loader, code_key);
    struct triage triage = { .doors = doors,
                             .loader = loader,
                             .preview = { reads, &knowledge, loader } };
    loader_on_complete(loader, arrivals_begin, arrivals);
    wg_service_beat(service, reads, SQL_BEAT_INSTANCE);
    wg_service_versions(service, reads, SQL_READ_VERSIONS, registry_changed, &triage);
    WG_AUTO(wg_http_destroy)
    struct wg_http *http = wg_http_new(service, routes, WG_COUNT(routes), access, &triage);
    return wg_service_run(&service);
}
