/* Shared by the two files that judge a workflow file: its actions (workflow_judge.c) and its tables
 * (workflow_tables.c). */
#pragma once

#include "services/triage/workflow_file.h"

/* Bytes that the columns and the engine's structures hold. */
enum { STATE_MOST = 31, CLOCK_MOST = 23, EVENT_MOST = 39, RULE_MOST = 31, WORD_MOST = 23 };
enum { NAME_MOST = 39, LENGTH_MOST = 10000, NOTICES_MOST = 5, ASKED_ATTRIBUTES = 4 };

/* The file's tables, while it is read. */
struct workflow_tables {
    struct json_object *definition, *states, *clocks, *people, *actions, *approvals, *attributes,
        *tasks;
    struct json_object *from; /* the states that actions lead from: the case's or a task's */
};

const struct workflow_tables *workflow_tables_of(const struct reading *reading);
bool workflow_named_or_missing(struct reading *reading, struct json_object *object,
                               const char *member, struct json_object *table);
bool workflow_number_within(struct reading *reading, struct json_object *object, const char *member,
                            int64_t most);
/* A post whose holders can be told: there is a role of that name. */
bool workflow_is_role(const struct reading *reading, const char *word);

bool workflow_is_grade(const struct reading *reading, const char *word);

/* A member each of the file's tables. */
bool workflow_read_clock(struct reading *reading, const char *name, struct json_object *value);
bool workflow_read_state(struct reading *reading, const char *name, struct json_object *value);
bool workflow_read_task_state(struct reading *reading, const char *name, struct json_object *value);
bool workflow_read_person(struct reading *reading, const char *name, struct json_object *value);
bool workflow_read_attribute(struct reading *reading, const char *name, struct json_object *value);
bool workflow_read_approval(struct reading *reading, const char *name, struct json_object *value);
