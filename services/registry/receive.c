/* An import's request: refused at its headers where it can be, its body gathered, then handed to
 * import.c. */
#include "services/registry/receive.h"

#include <string.h>
#include <strings.h>

#include "common/access.h"
#include "common/clock.h"

#include "services/registry/convert.h"
#include "services/registry/import.h"
#include "services/registry/registry.h"

static enum kind_name find_kind(struct wg_request *request)
{
    const char *name = wg_request_param(request, "kind");
    size_t i = 0;
    while (i < KIND_COUNT && strcmp(import_kinds[i]->name, name) != 0)
        i++;
    if (i == KIND_COUNT)
        wg_reply_refusal(request, 404, "not-found", "没有这种导入",
                         "There is no such kind of import");
    return (enum kind_name)i;
}

/* The form that the content type says; false where this kind does not take it. */
static bool find_form(struct wg_request *request, const struct kind *kind,
                      enum reader_form *ret_form)
{
    const char *type = wg_request_header(request, "Content-Type");
    size_t length = type == NULL ? 0 : strcspn(type, "; \t");
    /* What a spreadsheet is, its bytes say: people send them as CSV, too. */
    static const struct {
        enum reader_form form;
        const char *name;
    } types[] = {
        { READER_CSV, "text/csv" },
        { READER_CSV, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet" },
        { READER_GEOJSON, "application/geo+json" },
        { READER_JSON, "application/json" },
    };
    for (size_t i = 0; i < WG_COUNT(types); i++) {
        enum reader_form form = types[i].form;
        bool taken = kind->document ? form == READER_JSON
                                    : form == READER_CSV || (form == READER_GEOJSON && kind->drawn);
        if (taken && length == strlen(types[i].name) &&
            strncasecmp(type, types[i].name, length) == 0) {
            *ret_form = form;
            return true;
        }
    }
    wg_reply_refusal(request, 415, "unsupported-media-type",
                     kind->document ? "请用 application/json"
                     : kind->drawn  ? "请用 text/csv、xlsx 或 application/geo+json"
                                    : "请用 text/csv 或 xlsx",
                     kind->document ? "Use application/json"
                     : kind->drawn  ? "Use text/csv, xlsx or application/geo+json"
                                    : "Use text/csv or xlsx");
    return false;
}

static bool find_dry_run(struct wg_request *request, bool *ret_dry_run)
{
    static const char *const names[] = { "dry_run", NULL };
    const char *value = wg_request_query(request, "dry_run");
    struct wg_problem *problem = answer_parameters(request, names);
    if (value != NULL && strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
        answer_parameter(problem, "dry_run", "只能是 true 或 false", "must be true or false");
    if (answer_parameters_refused(request, &problem))
        return false;
    *ret_dry_run = value != NULL && strcmp(value, "true") == 0;
    return true;
}

static void begin(struct wg_request *request, void *arg)
{
    struct registry *registry = arg;
    enum reader_form form = READER_CSV;
    bool dry_run = false;
    if (!answer_administrator(request))
        return;
    enum kind_name kind = find_kind(request);
    if (kind == KIND_COUNT || !find_form(request, import_kinds[kind], &form) ||
        !find_dry_run(request, &dry_run))
        return;
    const char *length = wg_request_header(request, "Content-Length");
    if (length != NULL && strtoll(length, NULL, 10) > UPLOAD_BYTES_MOST) {
        answer_large(request);
        return;
    }
    if (registry->import != NULL) {
        answer_running(request);
        return;
    }
    struct import *import = wg_new(sizeof *import);
    import->registry = registry;
    import->converted.file = -1;
    import->request = request;
    import->dry_run = dry_run;
    import->started = wg_clock_mono();
    import->store.kind = kind;
    snprintf(import->actor, sizeof import->actor, "%s", answer_actor(wg_request_caller(request)));
    reader_start(&import->reader, import_kinds[kind], form, &import->faults);
    registry->import = import;
    wg_request_keep(request, import);
    import->disk_failed = upload_open(&import->upload, registry->folder) != 0;
}

static void data(struct wg_request *request, const char *bytes, size_t length, void *arg)
{
    struct import *import = wg_request_kept(request);
    if (import == NULL || import->too_large || import->disk_failed)
        return;
    int result = upload_add(&import->upload, bytes, length);
    import->too_large = result == UPLOAD_LARGE;
    import->disk_failed = result < 0;
}

static void gone(struct wg_request *request, void *arg)
{
    struct import *import = wg_request_kept(request);
    if (import == NULL)
        return;
    import->request = NULL;
    if (!import->running)
        import_release(import);
}

const struct wg_stream receive_stream = { .begin = begin, .data = data, .gone = gone };

void receive_post(struct wg_request *request, void *arg)
{
    struct import *import = wg_request_kept(request);
    if (import->too_large || import->disk_failed || upload_map(&import->upload) != 0) {
        bool too_large = import->too_large;
        import_release(import);
        if (too_large)
            answer_large(request);
        else
            wg_reply_refusal(request, 503, "disk-full", "服务器无法暂存文件",
                             "The server cannot keep the file");
        return;
    }
    convert_run(import);
}

void receive_template(struct wg_request *request, void *arg)
{
    static const char *const names[] = { NULL };
    struct wg_problem *problem = answer_parameters(request, names);
    if (answer_parameters_refused(request, &problem))
        return;
    enum kind_name kind = find_kind(request);
    if (kind != KIND_COUNT)
        answer_template(request, import_kinds[kind]);
}
