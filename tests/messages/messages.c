/* The contract of the bus: every file of tests/messages/<type>/ through the codec that all services
 * use. ok-* is understood, bad-* is refused, bad-version-* is refused as a version that is not
 * ours. argv[1] is this folder. The other way round: what wg_bus_push and wg_bus_publish write is
 * read by the system tests on the bus itself. */
#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/memory.h"
#include "common/message.h"

enum { ROOM = 600, FRAME_BYTES = 65536 };

static int passed, failed;

static int decode(const char *type, const char *frame, size_t length)
{
    if (strcmp(type, "events") == 0) {
        uint64_t xid;
        size_t count;
        return wg_message_event(frame, length, &xid, &count);
    }
    int64_t ids[ROOM];
    size_t n;
    return wg_message_ids(frame, length, ids, ROOM, &n);
}

static int wanted(const char *name)
{
    if (strncmp(name, "ok-", 3) == 0)
        return 0;
    return strncmp(name, "bad-version-", 12) == 0 ? WG_MESSAGE_VERSION : WG_MESSAGE_BAD;
}

static void judge(const char *folder, const char *type, const char *name)
{
    char path[4096];
    static char frame[FRAME_BYTES];
    snprintf(path, sizeof path, "%s/%s/%s", folder, type, name);
    FILE *file = fopen(path, "rb");
    size_t length = file == NULL ? 0 : fread(frame, 1, sizeof frame, file);
    if (file != NULL)
        fclose(file);
    /* A buffer of exactly this length, so that the sanitizer sees one byte too many. */
    WG_AUTO(wg_free) char *exact = wg_new(length == 0 ? 1 : length);
    memcpy(exact, frame, length);
    int got = file == NULL ? -1 : decode(type, exact, length);
    bool fine = got == wanted(name);
    printf("%s - %s/%s: got %d, want %d\n", fine ? "ok" : "not ok", type, name, got, wanted(name));
    passed += fine;
    failed += !fine;
}

static void judge_type(const char *folder, const char *type)
{
    char path[4096];
    snprintf(path, sizeof path, "%s/%s", folder, type);
    struct dirent **names;
    int n = scandir(path, &names, NULL, alphasort);
    for (int i = 0; i < n; i++) {
        if (names[i]->d_name[0] != '.')
            judge(folder, type, names[i]->d_name);
        free(names[i]);
    }
    if (n <= 0) {
        failed++;
        return;
    }
    free(names);
}

int main(int argc, char **argv)
{
    static const char *const types[] = { "reports", "notices", "events" };
    if (argc != 2)
        return 2;
    for (size_t i = 0; i < WG_COUNT(types); i++)
        judge_type(argv[1], types[i]);
    printf("# %d passed, %d failed\n", passed, failed);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
