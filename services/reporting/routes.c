/* What this service answers, on one page. */
#include "services/reporting/reporting.h"

const struct wg_route routes[] = {
    { "GET", "/api/v1/cases", 0, lists_handle },
    { "GET", "/api/v1/cases/{id}", WG_LINK, cases_handle },
    { "GET", "/api/v1/reports/{number}", WG_OPEN, reports_handle },
    { "GET", "/api/v1/inbox", 0, inbox_handle },
    { "GET", "/api/v1/counters", 0, counters_handle },
    { "GET", "/api/v1/events", 0, feed_handle },
    { "GET", "/api/v1/tasks", 0, tasks_handle },
    { "GET", "/api/v1/tasks/{number}", WG_LINK, task_handle },
    { "GET", "/readyz", WG_OPEN, ready_handle },
};
const size_t n_routes = WG_COUNT(routes);
