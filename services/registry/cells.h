/* Cells as people and spreadsheets leave them, made plain before they are judged. Pure, except that
 * a time without its offset is one of the process's zone. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

/* Without spaces around it (full-width, no-break and zero-width ones too), full-width digits and
 * letters plain; all else stays. The caller owns it. */
char *cell_clean(const char *text);

enum cell_number {
    CELL_PLAIN,     /* nothing of a spreadsheet's float: left alone */
    CELL_RECOVERED, /* 1.3812345678E+10, 13812345678.0: all digits are there */
    CELL_LOST,      /* 1.38E+10: digits are gone */
};
enum { CELL_NUMBER_ROOM = 24 };
/* sure: it can be nothing but a number, so that 1E10 is one, too. */
enum cell_number cell_number(const char *text, bool sure, char ret_digits[CELL_NUMBER_ROOM]);

enum { CELL_TIME_BAD = 1 };
/* RFC 3339, or as spreadsheets write it: 2026/10/1 8:30, 2026-10-01, 2026年10月1日, and the number
 * of days since 1899-12-30. */
int cell_time(const char *text, int64_t *ret_microseconds);

/* Two people, or two numbers, in one cell: 张三/李四. */
bool cell_is_two(const char *text);
