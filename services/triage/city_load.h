/* Loads what triage knows of the city, part by part and in slices, and replaces a part when its
 * registry version has changed. Also the workflow files: those in the folder become versions in
 * `workflows`. */
#pragma once

#include "common/db.h"

#include "services/triage/city.h"
#include "services/triage/locate.h"
#include "services/triage/workflow.h"

struct wg_service;
struct loader;

enum { WORKFLOWS_MOST = 64 };

/* What is loaded, always whole: the parts stand until their successors are complete. */
struct knowledge {
    struct city city;
    struct map *map;
    size_t n_workflows;
    struct workflow *workflows[WORKFLOWS_MOST]; /* every version */
    struct workflow *newest;                    /* of the kind that reports open */
};

/* folder: where the workflow files are; begins: the workflow that a report opens. */
struct loader *loader_new(struct wg_service *service, struct wg_db *db, const char *folder,
                          const char *begins, struct knowledge *knowledge);
void loader_destroy(struct loader **loader);
void loader_changed(struct loader *loader, const char *kind, int64_t version);
/* True when everything that a decision needs is there. An empty city is read and ready, but not
 * complete: reports are accepted and wait until areas and a calendar are imported. */
bool loader_complete(const struct loader *loader);
/* Called once, when everything is there for the first time. */
void loader_on_complete(struct loader *loader, void (*fn)(void *arg), void *arg);
/* The newest version of the workflow of this name; of the one that reports open by default where
 * there is none. */
const struct workflow *knowledge_newest(const struct knowledge *knowledge, const char *name);
const struct workflow *knowledge_workflow(const struct knowledge *knowledge, int id);
