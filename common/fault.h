/* Fault points: named places at which a test can kill, stop or fail the process. Empty in release
 * builds. WANGGE_FAULT=name:action[@n][,…]; action = kill (SIGKILL self), stall (SIGSTOP self),
 * error (the point returns -EIO); @n = only the n-th pass, otherwise every one. WANGGE_FAULT_LOG
 * names a file to which
 * "<name>:<action>" is appended when a point fires, so that a matrix can see that it did.
 * The three deliberate bugs that the checkers must catch are points too (action error):
 * bug.reply_early, bug.skip_unique, bug.forget_sweep. */
#pragma once

#define WG_FAULT_LIST(POINT)                                                                       \
    POINT(SERVICE_START_SETTINGS, "service.start_settings")                                        \
    POINT(SERVICE_START_DATABASE, "service.start_database")                                        \
    POINT(SERVICE_START_BIND, "service.start_bind")                                                \
    POINT(DB_COMMIT_SENT, "db.commit_sent_no_answer")                                              \
    POINT(BUS_DROP, "bus.drop")                                                                    \
    POINT(BUS_DUP, "bus.dup")                                                                      \
    POINT(BUS_REORDER, "bus.reorder")                                                              \
    POINT(INTAKE_BEFORE_COMMIT, "intake.before_commit")                                            \
    POINT(INTAKE_AFTER_COMMIT, "intake.after_commit_before_reply")                                 \
    POINT(INTAKE_AFTER_REPLY, "intake.after_reply_before_push")                                    \
    POINT(TRIAGE_AFTER_RECEIVE, "triage.after_receive")                                            \
    POINT(TRIAGE_BEFORE_COMMIT, "triage.before_commit")                                            \
    POINT(TRIAGE_AFTER_COMMIT, "triage.after_commit_before_publish")                               \
    POINT(TRIAGE_AFTER_LEASE, "triage.after_lease_before_work")                                    \
    POINT(TRIAGE_AFTER_ACTION, "triage.after_action_commit_before_reply")                          \
    POINT(TRIAGE_AFTER_WAKE, "triage.after_wake_before_tick")                                      \
    POINT(TRIAGE_BEFORE_TICK, "triage.before_tick_commit")                                         \
    POINT(TRIAGE_AFTER_TICK, "triage.after_tick_commit")                                           \
    POINT(NOTIFICATION_AFTER_CLAIM, "notification.after_claim_before_commit")                      \
    POINT(NOTIFICATION_BEFORE_SEND, "notification.before_send")                                    \
    POINT(NOTIFICATION_AFTER_SEND, "notification.after_send_before_record")                        \
    POINT(REPORTING_FOLD, "reporting.fold_before_commit")                                          \
    POINT(REPORTING_AFTER_FOLD, "reporting.after_fold")                                            \
    POINT(REGISTRY_BEFORE_SWAP, "registry.before_swap")                                            \
    POINT(REGISTRY_AFTER_SWAP, "registry.after_swap_before_reply")                                 \
    POINT(BUG_REPLY_EARLY, "bug.reply_early")                                                      \
    POINT(BUG_SKIP_UNIQUE, "bug.skip_unique")                                                      \
    POINT(BUG_FORGET_SWEEP, "bug.forget_sweep")

enum wg_fault_point {
#define WG_FAULT_MEMBER(id, name) WG_FAULT_##id,
    WG_FAULT_LIST(WG_FAULT_MEMBER)
#undef WG_FAULT_MEMBER
        WG_FAULT_POINT_COUNT
};

#ifdef WG_FAULT_POINTS
/* 0, or -EIO where the environment asks this point to fail; kill and stall do not return. */
int wg_fault(enum wg_fault_point point);
/* All names, a line each (--list-faults). */
void wg_fault_print(void);
#define WG_FAULT(id) wg_fault(WG_FAULT_##id)
#else
#define WG_FAULT(id) 0
#endif
