#include "services/triage/check.h"

#include <dirent.h>
#include <errno.h>
#include <libgen.h>
#include <libpq-fe.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/json.h"
#include "common/memory.h"
#include "common/text.h"

#include "services/triage/workflow_check.h"
#include "triage_sql.h"

enum { FILE_MOST = 16 << 20, PATH_ROOM = 600, FILES_MOST = 64 };

struct asked {
    size_t n_files;
    const char *files[FILES_MOST], *notices, *roster, *conninfo;
};

static int complain(const char *where, const char *what)
{
    fprintf(stderr, "%s: %s\n", where, what);
    return 2;
}

/* ---- reading */

/* The whole file, NUL-ended; NULL: it was said why. The caller owns it. */
static char *read_file(const char *path)
{
    FILE *file = fopen(path, "rb");
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    char part[4096];
    size_t n;
    if (file == NULL) {
        complain(path, strerror(errno));
        return NULL;
    }
    while (text.length <= FILE_MOST && (n = fread(part, 1, sizeof part, file)) > 0)
        wg_text_add(&text, part, n);
    bool failed = ferror(file) != 0 || text.length > FILE_MOST;
    fclose(file);
    if (failed) {
        complain(path, "无法读取，或超过 16 MiB (cannot be read, or is over 16 MiB)");
        return NULL;
    }
    wg_text_put(&text, "");
    char *bytes = text.bytes;
    text = (struct wg_text){ 0 };
    return bytes;
}

static size_t line_at(const char *bytes, size_t offset)
{
    size_t line = 1;
    for (size_t i = 0; i < offset; i++)
        line += bytes[i] == '\n';
    return line;
}

/* The names of the rules in a folder; NULL: there is no such folder. The caller owns it. */
static struct json_object *read_notices(const char *folder)
{
    DIR *files = opendir(folder);
    struct dirent *entry;
    if (files == NULL)
        return NULL;
    struct json_object *names = json_object_new_array();
    while ((entry = readdir(files)) != NULL) {
        const char *dot = strrchr(entry->d_name, '.');
        if (dot != NULL && strcmp(dot, ".json") == 0)
            json_object_array_add(
                names, json_object_new_string_len(entry->d_name, (int)(dot - entry->d_name)));
    }
    closedir(files);
    return names;
}

/* "notices" beside the folder of the file. */
static struct json_object *notices_beside(const char *file)
{
    char path[PATH_ROOM], folder[PATH_ROOM + 16];
    snprintf(path, sizeof path, "%s", file);
    snprintf(folder, sizeof folder, "%s/../notices", dirname(path));
    return read_notices(folder);
}

/* What GET /api/v1/staff gives, a page or its items. The caller owns it; NULL: it was said why. */
static struct json_object *roster_of_file(const char *path)
{
    WG_AUTO(wg_free) char *bytes = read_file(path);
    if (bytes == NULL)
        return NULL;
    /* People by the thousand: beyond what a request may hold, so not by the service's scanner. */
    struct json_object *read = json_tokener_parse(bytes);
    if (json_object_is_type(read, json_type_array)) {
        struct json_object *page = json_object_new_object();
        json_object_object_add(page, "items", read);
        return page;
    }
    if (json_object_is_type(wg_json_get(read, "items"), json_type_array))
        return read;
    json_object_put(read);
    complain(path, "不是名册 (is no roster)");
    return NULL;
}

static struct json_object *roster_of_database(const char *conninfo)
{
    PGconn *connection = PQconnectdb(conninfo);
    const char *now = wg_time_string(wg_clock_now());
    struct json_object *read = NULL;
    PGresult *rows = PQexecParams(connection, sql_statements[SQL_CHECK_ROSTER].sql, 1, NULL, &now,
                                  NULL, NULL, 0);
    if (PQresultStatus(rows) == PGRES_TUPLES_OK)
        read = json_tokener_parse(PQgetvalue(rows, 0, 0));
    else
        complain("--db", PQerrorMessage(connection));
    PQclear(rows);
    PQfinish(connection);
    return read;
}

/* ---- checking */

static int check_file(const char *path, const struct asked *asked, struct json_object *roster)
{
    struct wg_json_verdict verdict;
    WG_AUTO(wg_free) char *bytes = read_file(path);
    if (bytes == NULL)
        return 2;
    WG_AUTO(wg_json_put)
    struct json_object *definition = wg_json_parse(bytes, strlen(bytes), &verdict);
    if (definition == NULL) {
        printf("%s:%zu: %s / %s\n", path, line_at(bytes, verdict.offset),
               wg_json_fault_text(verdict.fault, 0), wg_json_fault_text(verdict.fault, 1));
        return 1;
    }
    WG_AUTO(wg_json_put)
    struct json_object *notices =
        asked->notices == NULL ? notices_beside(path) : read_notices(asked->notices);
    WG_AUTO(wg_free) struct workflow_findings *findings = wg_new(sizeof *findings);
    const struct workflow_checked checked = { definition, notices, roster };
    workflow_check(&checked, findings);
    for (size_t i = 0; i < findings->n; i++)
        printf("%s:%zu: %s: %s / %s\n", path, workflow_line(bytes, findings->rows[i].at),
               findings->rows[i].at, findings->rows[i].zh, findings->rows[i].en);
    return findings->n > 0;
}

static bool take_arguments(int argc, char **argv, struct asked *ret_asked)
{
    const struct {
        const char *name, **value;
    } options[] = { { "--notices", &ret_asked->notices },
                    { "--roster", &ret_asked->roster },
                    { "--db", &ret_asked->conninfo } };
    for (int i = 0; i < argc; i++) {
        const char **value = NULL;
        for (size_t o = 0; o < WG_COUNT(options); o++)
            value = strcmp(argv[i], options[o].name) == 0 ? options[o].value : value;
        if (value != NULL && i + 1 < argc)
            *value = argv[++i];
        else if (value != NULL || argv[i][0] == '-' || ret_asked->n_files == FILES_MOST)
            return false;
        else
            ret_asked->files[ret_asked->n_files++] = argv[i];
    }
    return ret_asked->n_files > 0;
}

int check_run(int argc, char **argv)
{
    struct asked asked = { 0 };
    int code = 0;
    if (!take_arguments(argc, argv, &asked))
        return complain("check", "wangge-triage check FILE… [--notices FOLDER] [--roster FILE | "
                                 "--db CONNINFO]");
    WG_AUTO(wg_json_put)
    struct json_object *roster = asked.roster != NULL     ? roster_of_file(asked.roster)
                                 : asked.conninfo != NULL ? roster_of_database(asked.conninfo)
                                                          : NULL;
    if (roster == NULL && (asked.roster != NULL || asked.conninfo != NULL))
        return 2;
    for (size_t i = 0; i < asked.n_files; i++) {
        int of_file = check_file(asked.files[i], &asked, roster);
        code = of_file > code ? of_file : code;
    }
    return fflush(stdout) == 0 ? code : complain("check", strerror(errno));
}
