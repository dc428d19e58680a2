/* All of reporting's SQL: each function adds one statement to a flight; the enums name the columns
 * of its rows. Reads go over a few connections with many flights on the wire, the fold over one of
 * its own. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"

#include "services/reporting/cursor.h"
#include "services/reporting/rollups.h"
#include "services/reporting/scope.h"

struct wg_service;
struct store;

struct store *store_new(struct wg_service *service);
void store_destroy(struct store **store);
struct wg_db *store_reader(struct store *store); /* for access, beat and versions */
struct wg_db *store_folder(struct store *store);
/* Statements of common that the reader prepares. */
int store_beat_statement(void);
int store_versions_statement(void);
int store_key_statement(void);

enum { STORE_FULL = 1 };
/* Sends over the less busy reading connection. STORE_FULL: the flight stays the caller's. */
int store_read(struct store *store, struct wg_flight **flight) WG_MUST_USE;
int store_fold(struct store *store, struct wg_flight **flight) WG_MUST_USE;

/* ---- cases */

struct store_find {
    const struct scope *scope;
    const char *const *states; /* n_states of them; 0: any */
    size_t n_states;
    const char *const *finals; /* the states that are an end */
    size_t n_finals;
    const char *level, *category, *reason; /* NULL: any */
    const bool *overdue;                   /* NULL: either */
    const char *sight;                     /* what the caller may see, as may_see wants it */
    int64_t now, below;                    /* only ids below */
    int limit, walk;                       /* how many; how many rows to walk at most */
    const char *face;                      /* what it waits for; NULL: any */
    const char *holder, *party;            /* codes; NULL: any */
    int64_t holder_id, party_id;           /* or their ids; 0: any */
    bool tasks;                            /* those in which holder_id or party_id has one */
    int64_t report;                        /* 0: any */
    const char *report_date, *zone;        /* YYMMDD of the report's number; the city's zone */
};
enum { FOUND_ID, FOUND_MATCHES, FOUND_NTH };
void store_find_cases(struct wg_flight *flight, const struct store_find *find);

enum store_case {
    CASE_ID,
    CASE_RECEIVED,
    CASE_VERSION,
    CASE_DECIDED,
    CASE_WORKFLOW,
    CASE_TITLE,
    CASE_STATE,
    CASE_LEVEL,
    CASE_GRADE,
    CASE_AREA_ID,
    CASE_AREA,
    CASE_AREA_NAME,
    CASE_BORN_ID,
    CASE_BORN,
    CASE_BORN_NAME,
    CASE_CATEGORY,
    CASE_CATEGORY_NAME,
    CASE_HOLDER,
    CASE_HOLDER_NAME,
    CASE_PARTY,
    CASE_PARTY_NAME,
    CASE_REASON,
    CASE_OUTCOME,
    CASE_LAT,
    CASE_LON,
    CASE_TRAINING,
    CASE_RESTRICTED,
    CASE_OPENED,
    CASE_DUE,
    CASE_CLOCKS,
    CASE_MORE,
    CASE_SEEN,
    CASE_REDACTED
};
/* Who reads: what they may see (NULL: all that is asked for), what veils texts from them, and in
 * which language. */
struct store_asker {
    const char *sight, *veil;
    bool english;
};
void store_read_cases(struct wg_flight *flight, const int64_t *ids, size_t n,
                      const struct store_asker *asker);

enum {
    SAID_ID,
    SAID_RECEIVED,
    SAID_OCCURRED,
    SAID_TEXT,
    SAID_CHANNEL,
    SAID_ADDRESS,
    SAID_BEHALF,
    SAID_SYSTEM,
    SAID_SOURCE,
    SAID_HANDLED,
    SAID_BACKFILLED
};
void store_read_case_reports(struct wg_flight *flight, int64_t case_id, const char *veil);

enum {
    PAST_N,
    PAST_TYPE,
    PAST_AT,
    PAST_DECIDING,
    PAST_ACTOR,
    PAST_ACTOR_NAME,
    PAST_STATE,
    PAST_DATA
};
void store_read_case_events(struct wg_flight *flight, int64_t case_id,
                            const struct store_asker *asker);

enum { NAMED_KIND, NAMED_ID, NAMED_CODE, NAMED_NAME };
void store_read_case_people(struct wg_flight *flight, int64_t case_id, bool english);
enum { PART_K, PART_PARTY, PART_STAFF, PART_STATE, PART_OPEN, PART_TEXT, PART_OPENED };
void store_read_case_tasks(struct wg_flight *flight, int64_t case_id, const char *veil);
enum {
    RELATION_KIND,
    RELATION_ID,
    RELATION_RECEIVED,
    RELATION_TITLE,
    RELATION_WORKFLOW,
    RELATION_STATE
};
void store_read_case_relations(struct wg_flight *flight, int64_t case_id,
                               const struct store_asker *asker, int limit);

enum { USUAL_STREET, USUAL_BUCKET, USUAL_N, USUAL_NAME, USUAL_NAME_EN };
/* since: the first day that counts; sight: NULL where the reporter asks. */
void store_read_usual(struct wg_flight *flight, int64_t report, int32_t since, const char *sight);

/* ---- tasks */

enum store_task {
    TASK_CASE,
    TASK_K,
    TASK_RECEIVED,
    TASK_TITLE,
    TASK_WORKFLOW,
    TASK_PARTY,
    TASK_PARTY_NAME,
    TASK_STAFF,
    TASK_STAFF_NAME,
    TASK_STATE,
    TASK_OPEN,
    TASK_TEXT,
    TASK_OPENED,
    TASK_CLOCKS
};
struct store_tasks {
    const char *party, *staff;  /* codes; NULL: by id */
    int64_t party_id, staff_id; /* 0: none */
    const bool *open;           /* NULL: either */
    int64_t below;              /* only below this case and task */
    int32_t below_k;
    int limit;
    struct store_asker asker;
};
void store_find_tasks(struct wg_flight *flight, const struct store_tasks *find);
void store_read_task(struct wg_flight *flight, int64_t case_id, int32_t k,
                     const struct store_asker *asker);

/* ---- reports */

enum store_report {
    REPORT_RECEIVED,
    REPORT_TEXT,
    REPORT_GIVEN_AREA,
    REPORT_CASE,
    REPORT_WORKFLOW,
    REPORT_STATE,
    REPORT_DUE,
    REPORT_RESTRICTED,
    REPORT_SEEN,
    REPORT_FIRST,
    REPORT_AREA,
    REPORT_AREA_NAME,
    REPORT_CATEGORY,
    REPORT_CATEGORY_NAME,
    REPORT_LOOKS,
    REPORT_FORGOTTEN,
    REPORT_MORE,
    REPORT_CLOCKS,
    REPORT_MERGED,
    REPORT_PARTS,
    REPORT_REDACTED,
    REPORT_OWN_CLOCKS,
    REPORT_OWN_WORKFLOW
};
void store_read_report(struct wg_flight *flight, int64_t report, const struct store_asker *asker);
enum { STEP_TYPE, STEP_AT, STEP_STATE, STEP_PASSED, STEP_INPUT, STEP_DECIDING, STEP_WORKFLOW };
void store_read_report_events(struct wg_flight *flight, int64_t report,
                              const struct store_asker *asker);

/* ---- inbox */

enum {
    INBOX_ID,
    INBOX_MATCHES,
    INBOX_NTH,
    INBOX_CASE,
    INBOX_N,
    INBOX_RULE,
    INBOX_AT,
    INBOX_READ,
    INBOX_RECEIVED,
    INBOX_TITLE,
    INBOX_WORKFLOW,
    INBOX_STATE,
    INBOX_DUE,
    INBOX_CLOCKS,
    INBOX_STATE_NOW,
    INBOX_MEETS,
    INBOX_ABOUT
};
struct store_inbox {
    int64_t staff, below; /* only ids below */
    bool unread;          /* only those */
    int limit, walk;      /* how many; how many rows to walk at most */
    const char *sight, *veil;
};
void store_find_inbox(struct wg_flight *flight, const struct store_inbox *find);

/* ---- counters */

struct store_counters {
    const char *area, *level; /* level NULL: the area itself */
    int32_t from, to;         /* days */
    const char *category;     /* NULL: all */
    bool english;
    int areas; /* how many areas at most */
};
enum { FLOW_AREA, FLOW_AREA_NAME, FLOW_STATE, FLOW_STOCK, FLOW_ENTERED, FLOW_LEFT };
void store_read_states(struct wg_flight *flight, const struct store_counters *counters);
enum { SORT_CATEGORY, SORT_NAME, SORT_OPENED, SORT_ENDED };
void store_read_categories(struct wg_flight *flight, const struct store_counters *counters);
enum { POSITION_XID, POSITION_CASE, POSITION_N, POSITION_AT };
void store_read_position(struct wg_flight *flight);

/* ---- the log */

enum store_event {
    EVENT_XID,
    EVENT_CASE,
    EVENT_N,
    EVENT_MATCHES,
    EVENT_TYPE,
    EVENT_AT,
    EVENT_DECIDING,
    EVENT_ACTOR,
    EVENT_AREA,
    EVENT_CATEGORY,
    EVENT_LEVEL,
    EVENT_STATE,
    EVENT_HOLDER,
    EVENT_PARTY,
    EVENT_WAS,
    EVENT_WAS_HOLDER,
    EVENT_WAS_PARTY,
    EVENT_DATA
};
struct store_feed {
    struct cursor after;
    const struct scope *scope;
    const char *const *types; /* n_types of them; 0: any */
    size_t n_types;
    int limit, walk;
    const char *sight, *veil;
};
void store_read_feed(struct wg_flight *flight, const struct store_feed *feed);

/* ---- the fold */

enum { CLAIMED_XID, CLAIMED_CASE, CLAIMED_N };
void store_claim_rollups(struct wg_flight *flight, const char *me, int64_t now, int64_t until);
void store_release_rollups(struct wg_flight *flight, const char *me, int64_t now);
/* Adds two statements: the horizon first, so that all below it is among the events or was folded.
 */
enum { LOG_HORIZON_RESULT, LOG_EVENTS_RESULT };
enum store_fold {
    LOG_XID,
    LOG_CASE,
    LOG_N,
    LOG_AT,
    LOG_TRAINING,
    LOG_AREA,
    LOG_STATE,
    LOG_CATEGORY,
    LOG_WAS_AREA,
    LOG_WAS_STATE,
    LOG_CATEGORY_CHANGED,
    LOG_WAS_CATEGORY,
    LOG_RESTRICTED,
    LOG_WAS_RESTRICTED,
    LOG_OPENED,
    LOG_WORKFLOW,
    LOG_BACKFILLED,
    LOG_TYPE
};
void store_read_log(struct wg_flight *flight, const struct cursor *after, int limit);
struct store_batch {
    const char *me;
    struct cursor from, to;
    int64_t until;
    struct rollups *rollups;
};
void store_write_rollups(struct wg_flight *flight, const struct store_batch *batch);

/* ---- the rest */

enum { PULSE_EPOCH, PULSE_OLDEST, PULSE_ROOT };
void store_read_pulse(struct wg_flight *flight);
enum { WORKFLOW_ID, WORKFLOW_NAME, WORKFLOW_DEFINITION };
/* The next one after this id, or none. */
void store_read_workflow(struct wg_flight *flight, int64_t after);
enum { INSTANCE_KIND, INSTANCE_ID, INSTANCE_VERSION, INSTANCE_READY, INSTANCE_REASON };
void store_read_instances(struct wg_flight *flight, int64_t since);
