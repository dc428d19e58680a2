#include "services/triage/workflow_offer.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/crypto.h"
#include "common/json.h"
#include "common/log.h"

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
    struct wg_db *db;
    wg_landed *landed;
    void *arg;
};

static bool send(const struct offer *offer, const struct workflow *workflow)
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
    struct wg_flight *flight = wg_flight_new(offer->landed, offer->arg);
    wg_flight_add(flight, SQL_INSERT_WORKFLOW, &params);
    return wg_db_send(offer->db, &flight) == 0;
}

static bool offer_file(const struct offer *offer, const char *path)
{
    char fault[200];
    struct workflow *workflow = NULL;
    WG_AUTO(wg_json_put) struct json_object *definition = read_file(path);
    if (definition == NULL)
        return true;
    if (workflow_new(definition, 0, &workflow, fault, sizeof fault) != 0) {
        refused(path, fault);
        return true;
    }
    bool sent = send(offer, workflow);
    workflow_destroy(&workflow);
    return sent;
}

bool workflow_offer(struct wg_db *db, const char *folder, wg_landed *landed, void *arg)
{
    const struct offer offer = { db, landed, arg };
    DIR *files = opendir(folder);
    struct dirent *entry;
    bool all = true;
    if (files == NULL) {
        wg_log(WG_ERROR, "workflow-folder", "folder=%s error=%s", folder, strerrordesc_np(errno));
        return true;
    }
    while ((entry = readdir(files)) != NULL) {
        char path[600];
        const char *dot = strrchr(entry->d_name, '.');
        if (dot == NULL || strcmp(dot, ".json") != 0)
            continue;
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        all = offer_file(&offer, path) && all;
    }
    closedir(files);
    return all;
}
