#include "services/triage/workflow_offer.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/log.h"
#include "common/service.h"

#include "services/triage/workflow.h"
#include "triage_sql.h"

enum { FILE_MOST = 256 << 10 };

static void refused(const char *path, const char *reason)
{
    wg_log(WG_ERROR, "workflow-refused", "file=%s reason=%s", path, wg_log_quote(reason));
}

/* NULL: it was said why. */
static struct json_object *read_file(const char *path)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_free) char *bytes = wg_new(FILE_MOST + 1);
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        refused(path, strerrordesc_np(errno));
        return NULL;
    }
    size_t length = fread(bytes, 1, FILE_MOST + 1, file);
    fclose(file);
    if (length > FILE_MOST) {
        refused(path, "larger than 256 KiB");
        return NULL;
    }
    struct json_object *definition = wg_json_parse(bytes, length, &verdict);
    if (definition == NULL)
        refused(path, verdict.fault == WG_JSON_FINE ? "an object is expected"
                                                    : wg_json_fault_text(verdict.fault, 1));
    return definition;
}

struct offer {
    struct wg_service *service;
    struct wg_db *db;
    const char *folder;
    void (*over)(bool all, void *arg);
    void *arg;
    int at;   /* which file comes next */
    bool all; /* none was lost on its way */
};

static void offer_next(void *arg);

static void landed(struct wg_flight *flight, void *arg)
{
    struct offer *offer = arg;
    offer->all = offer->all && wg_flight_outcome(flight) == WG_COMMITTED;
    offer_next(offer);
}

static bool send_one(struct offer *offer, const struct workflow *workflow)
{
    uint8_t hash[WG_HASH_BYTES];
    const char *text =
        json_object_to_json_string_ext(workflow_definition(workflow), JSON_C_TO_STRING_PLAIN);
    wg_hash(hash, NULL, text, strlen(text), NULL);
    WG_AUTO(wg_params_destroy) struct wg_params *params = wg_params_new();
    wg_params_text(params, workflow_name(workflow));
    wg_params_bytes(params, hash, sizeof hash);
    wg_params_text(params, text);
    wg_params_time(params, wg_clock_now());
    WG_AUTO(wg_flight_destroy)
    struct wg_flight *flight = wg_flight_new(landed, offer);
    wg_flight_add(flight, SQL_INSERT_WORKFLOW, &params);
    return wg_db_send(offer->db, &flight) == 0;
}

/* True: it is on its way, and will land. */
static bool offer_file(struct offer *offer, const char *path)
{
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put) struct json_object *definition = read_file(path);
    if (definition == NULL)
        return false;
    if (workflow_new(definition, 0, &workflow, fault, sizeof fault) != 0) {
        refused(path, fault);
        return false;
    }
    bool sent = send_one(offer, workflow);
    offer->all = offer->all && sent;
    workflow_destroy(&workflow);
    return sent;
}

static int is_json(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');
    return dot != NULL && strcmp(dot, ".json") == 0;
}

/* False: there are no more. */
static bool find_file(const struct offer *offer, char ret_path[600])
{
    struct dirent **files;
    int n = scandir(offer->folder, &files, is_json, alphasort);
    if (n < 0) {
        wg_log(WG_ERROR, "workflow-folder", "folder=%s error=%s", offer->folder,
               strerrordesc_np(errno));
        return false;
    }
    if (offer->at < n)
        snprintf(ret_path, 600, "%s/%s", offer->folder, files[offer->at]->d_name);
    for (int i = 0; i < n; i++)
        free(files[i]);
    free(files);
    return offer->at < n;
}

static void offer_next(void *arg)
{
    struct offer *offer = arg;
    char path[600];
    if (!find_file(offer, path)) {
        offer->over(offer->all, offer->arg);
        free(offer);
        return;
    }
    offer->at++;
    if (!offer_file(offer, path))
        wg_service_soon(offer->service, offer_next, offer);
}

void workflow_offer(struct wg_service *service, struct wg_db *db, const char *folder,
                    void (*over)(bool all, void *arg), void *arg)
{
    struct offer *offer = wg_new(sizeof *offer);
    *offer = (struct offer){
        .service = service, .db = db, .folder = folder, .over = over, .arg = arg, .all = true
    };
    wg_service_soon(service, offer_next, offer);
}
