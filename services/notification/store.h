/* The only file of this service that talks SQL: statements into flights, rows into structures.
 * Texts in structures point into the result and live as long as it does. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/db.h"

#include "services/notification/rules.h"

/* The service's statements, for wg_db_new and for common/. */
extern const struct wg_statement *const store_statements;
extern const size_t store_statement_count;
enum store_shared { STORE_BEAT, STORE_FIND_CALLER, STORE_CLAIM_NOTICES, STORE_CLAIM_DELIVERIES };
int store_statement(enum store_shared which);

enum { STORE_RULE_ROOM = 41 };

/* Which notice: all of a case where n is 0. */
struct store_notice {
    int64_t case_id;
    int32_t n, tries;
    char rule[STORE_RULE_ROOM]; /* "" where the rule's name is longer than any that we know */
    bool aside;
};

struct store_taken {
    int64_t case_id, due_at;
    int32_t n, tries;
    const char *rule;
    int64_t staff;
};

/* What a letter says and to whom; see sql/claim_deliveries.sql. */
struct store_letter {
    int64_t id, case_id, created_at;
    int32_t n, tries;
    const char *gave_up; /* why; NULL: it is to be sent */
    bool to_reporter;
    const char *rule;
    const void *sealed; /* NULL: no contact */
    size_t sealed_bytes;
    int64_t report_id, received_at;
    const char *title, *reason, *state;
    int64_t due_at;                                   /* 0: none */
    const char *state_words[2], *area[2], *holder[2]; /* Chinese, English */
};

enum store_state { STORE_SENT, STORE_FAILED, STORE_WAITING };

struct store_result {
    int64_t id, case_id;
    int32_t tries;
    enum store_state state;
    char reason[80];
    int64_t at; /* sent, or due again */
};

struct store_waiting {
    int64_t notices, notices_aside, mails, mails_oldest; /* oldest: created, 0 = none */
};

/* What one flight takes. */
struct store_take {
    const struct rules *rules;
    bool mail; /* the channel is on */
    const int64_t *cases;
    size_t n;
    const struct store_notice
        *only; /* NULL, or the one notice (n, rule) of the one case that is meant */
};
void store_take_notices(struct wg_flight *flight, const struct store_take *take);
void store_read_taken(const PGresult *rows, int row, struct store_taken *ret_taken);
/* How many deliveries the statement wrote; 0 where it took nothing. */
void store_read_written(const PGresult *rows, int64_t *ret_inbox, int64_t *ret_mail);

void store_read_notice(const PGresult *rows, int row, struct store_notice *ret_notice);
void store_put_aside(struct wg_flight *flight, const struct store_notice *notice,
                     const char *reason);

void store_read_letter(const PGresult *rows, int row, struct store_letter *ret_letter);
void store_record_results(struct wg_flight *flight, void *const *results, size_t n);

void store_mark_read(struct wg_flight *flight, int64_t delivery, int64_t staff);

void store_count_waiting(struct wg_flight *flight);
void store_read_waiting(const PGresult *rows, struct store_waiting *ret_waiting);
