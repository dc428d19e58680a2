#include "services/triage/deadline.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "common/calendar.h"
#include "common/calendar_explain.h"
#include "common/json.h"
#include "common/text.h"

enum { FILE_BYTES_MOST = 1 << 20, MINUTES_MOST = 1000000, FAULT_ROOM = 300 };
#define MINUTE INT64_C(60000000)

static int complain(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    return 2;
}

/* ------------------------------------------------------------------ the calendar */

/* The whole file; NULL: errno says why. */
static char *read_file(const char *path, size_t *ret_length)
{
    WG_AUTO(wg_free) char *bytes = wg_new(FILE_BYTES_MOST + 1);
    FILE *file = fopen(path, "rb");
    if (file == NULL)
        return NULL;
    size_t length = fread(bytes, 1, FILE_BYTES_MOST + 1, file);
    int failed = ferror(file) ? errno : length > FILE_BYTES_MOST ? EFBIG : 0;
    fclose(file);
    if (failed != 0) {
        errno = failed;
        return NULL;
    }
    char *read = bytes;
    bytes = NULL;
    *ret_length = length;
    return read;
}

static int read_calendar(const char *path, struct wg_calendar **ret_calendar)
{
    size_t length;
    WG_AUTO(wg_free) char *bytes = read_file(path, &length);
    if (bytes == NULL)
        return complain(path, strerror(errno));
    struct wg_json_verdict verdict;
    WG_AUTO(wg_json_put) struct json_object *definition = wg_json_parse(bytes, length, &verdict);
    if (verdict.fault != WG_JSON_FINE) {
        fprintf(stderr, "%s: %s (%s), byte %zu\n", path, wg_json_fault_text(verdict.fault, 0),
                wg_json_fault_text(verdict.fault, 1), verdict.offset);
        return 2;
    }
    char fault[FAULT_ROOM] = "";
    if (wg_calendar_new(definition, ret_calendar, fault, sizeof fault) != 0)
        return complain(path, fault);
    return 0;
}

/* ------------------------------------------------------------------ a line */

static const char beyond[] = "日历只含 2000 至 2099 年 (a calendar has the years 2000 to 2099)";

/* What is wrong with a line, Chinese and English; NULL: nothing. */
static const char *read_line(char *line, struct wg_term *ret_term)
{
    static const char blank[] = " \t\r\n";
    char *rest = NULL, *start = strtok_r(line, blank, &rest);
    const char *minutes = strtok_r(NULL, blank, &rest);
    if (start == NULL || minutes == NULL || strtok_r(NULL, blank, &rest) != NULL)
        return "应为起始时刻和工作分钟数 (must read START MINUTES)";
    if (wg_time_parse(start, &ret_term->start) != 0)
        return "起始时刻应为带时区的 RFC 3339 (START must be RFC 3339 with its offset)";
    if (strncmp(start, "2000", 4) < 0)
        return beyond;
    size_t digits = strspn(minutes, "0123456789");
    long n = digits > 0 && digits < 8 && minutes[digits] == '\0' ? strtol(minutes, NULL, 10) : -1;
    if (n < 0 || n > MINUTES_MOST)
        return "分钟数应为 0 至 1000000 的整数 (MINUTES must be a whole number from 0 to 1000000)";
    ret_term->limit = (struct wg_limit){ .n = (int32_t)n, .unit = WG_WORK_MINUTE };
    return NULL;
}

static void print_spans(const struct wg_calendar *calendar, const struct wg_term *term,
                        const struct wg_spans *spans)
{
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    for (size_t i = 0; i < spans->n; i++) {
        const struct wg_span *span = &spans->rows[i];
        wg_text_put(&out, "  ");
        wg_calendar_time(calendar, span->from, &out);
        wg_text_put(&out, " ");
        wg_calendar_time(calendar, span->to, &out);
        wg_text_printf(&out, " %.10g ", (double)span->counted / (double)MINUTE);
        wg_span_words(calendar, &term->limit, span, false, &out);
        wg_text_put(&out, " (");
        wg_span_words(calendar, &term->limit, span, true, &out);
        wg_text_put(&out, ")\n");
    }
    if (spans->cut)
        wg_text_put(&out, "  … 其余从略 (the rest is left out)\n");
    if (out.length > 0)
        fwrite(out.bytes, 1, out.length, stdout);
}

/* What is wrong, as above. */
static const char *answer(const struct wg_calendar *calendar, char *line, bool explain)
{
    struct wg_term term = { 0 };
    const char *wrong = read_line(line, &term);
    if (wrong != NULL)
        return wrong;
    int64_t due = wg_calendar_deadline(calendar, term.start, &term.limit, NULL, 0);
    if (wg_calendar_between(calendar, term.start, due) != term.limit.n * MINUTE)
        return beyond;
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    wg_calendar_time(calendar, due, &out);
    puts(out.bytes);
    if (explain) {
        WG_AUTO(wg_spans_destroy) struct wg_spans spans = { 0 };
        wg_calendar_explain(calendar, &term, &spans);
        print_spans(calendar, &term, &spans);
    }
    return NULL;
}

static int answer_all(const struct wg_calendar *calendar, bool explain)
{
    WG_AUTO(wg_free) char *line = NULL;
    size_t room = 0, number = 0;
    int code = 0;
    while (getline(&line, &room, stdin) >= 0) {
        number++;
        if (line[strspn(line, " \t\r\n")] == '\0')
            continue;
        const char *wrong = answer(calendar, line, explain);
        if (wrong == NULL)
            continue;
        fflush(stdout);
        fprintf(stderr, "第 %zu 行 (line %zu): %s\n", number, number, wrong);
        code = 1;
    }
    return fflush(stdout) == 0 && !ferror(stdin) ? code : complain("deadline", strerror(errno));
}

int deadline_run(int argc, char **argv)
{
    const char *path = NULL;
    bool explain = false;
    for (int i = 0; i < argc; i++) {
        if (strcmp(argv[i], "--explain") == 0)
            explain = true;
        else if (strcmp(argv[i], "--calendar") == 0 && i + 1 < argc)
            path = argv[++i];
        else
            return complain("deadline: 未知参数 (unknown argument)", argv[i]);
    }
    if (path == NULL)
        return complain("deadline", "wangge-triage deadline --calendar FILE [--explain] <LINES");
    WG_AUTO(wg_calendar_destroy) struct wg_calendar *calendar = NULL;
    if (read_calendar(path, &calendar) != 0)
        return 2;
    return answer_all(calendar, explain);
}
