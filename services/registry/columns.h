/* One line of a file and how its fields are judged: a table of columns for each kind of import is
 * parser, check and documentation at once. Pure. */
#pragma once

#include <json-c/json.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "services/registry/faults.h"

#define COLUMN_NAMES_MARK "、" /* between the Chinese names of a column */

enum { COLUMNS_MOST = 32, LIST_ENTRIES_MOST = 200 };

enum column_type {
    COLUMN_TEXT,     /* one line of text, at most `highest` characters (0 = 100) */
    COLUMN_PERSON,   /* the same, and one person's name */
    COLUMN_CODE,     /* letters, digits, '-', '_', '.' */
    COLUMN_CATEGORY, /* a category's code */
    COLUMN_AREA,     /* 6–17 digits */
    COLUMN_CHOICE,   /* one of `choices` */
    COLUMN_LIST,     /* texts split by ';', at most `highest` (0 = LIST_ENTRIES_MOST) */
    COLUMN_TIME,     /* RFC 3339, or as spreadsheets write it; RFC 3339 in the row */
    COLUMN_NUMBER,   /* whole, lowest–highest */
    COLUMN_DEGREES,  /* lowest–highest */
    COLUMN_FLAG,     /* true, false; empty = false */
    COLUMN_EMAIL,
    COLUMN_PHONE,
};

struct column {
    const char *name;
    enum column_type type;
    bool required;
    int64_t lowest, highest;
    const char *const *choices; /* NULL-ended */
    const char *zh; /* what it is called in Chinese files, split by 、; the first in templates */
};

struct line {
    size_t number;                    /* in the file, from 1 */
    const char *values[COLUMNS_MOST]; /* by the index of the column; NULL = empty */
    bool drawn;                       /* the file can carry geometry */
    struct json_object *geometry;     /* borrowed; NULL = null */
};

/* The posts that staff can hold, NULL-ended. */
extern const char *const post_names[];
bool post_known(const char *post);

/* Judges each field by itself and gives the row that is staged: a member for each column that is
 * not empty and not faulty. The caller owns it. */
struct json_object *columns_row(const struct column *columns, size_t n, const struct line *line,
                                struct faults *faults);

/* Index of the column with this name; n where there is none. */
size_t columns_find(const struct column *columns, size_t n, const char *name);

/* Calls fn for each entry of a text split by ';', trimmed, empty ones left out. */
void list_each(const char *text, void (*fn)(const char *entry, void *arg), void *arg);
