#include "common/fault.h"

#ifdef WG_FAULT_POINTS

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const names[] = {
#define WG_FAULT_NAME(id, name) name,
    WG_FAULT_LIST(WG_FAULT_NAME)
#undef WG_FAULT_NAME
};

static unsigned passes[WG_FAULT_POINT_COUNT];

static void record(const char *name, const char *action)
{
    const char *path = getenv("WANGGE_FAULT_LOG");
    char line[128];
    if (path == NULL)
        return;
    int file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    if (file < 0)
        return;
    int n = snprintf(line, sizeof line, "%s:%s\n", name, action);
    if (write(file, line, (size_t)n) < 0)
        perror("fault log");
    close(file);
}

static int fire(const char *name, const char *action)
{
    record(name, action);
    if (strcmp(action, "kill") == 0)
        raise(SIGKILL);
    if (strcmp(action, "stall") == 0) {
        raise(SIGSTOP);
        return 0;
    }
    return -EIO;
}

int wg_fault(enum wg_fault_point point)
{
    const char *wish = getenv("WANGGE_FAULT");
    const char *name = names[point];
    size_t length = strlen(name);
    unsigned pass = ++passes[point];
    while (wish != NULL && *wish != '\0') {
        if (strncmp(wish, name, length) == 0 && wish[length] == ':') {
            char action[16] = "";
            unsigned at = 0;
            sscanf(wish + length + 1, "%15[a-z]@%u", action, &at);
            if (at == 0 || at == pass)
                return fire(name, action);
        }
        wish = strchr(wish, ',');
        wish = wish == NULL ? NULL : wish + 1;
    }
    return 0;
}

void wg_fault_print(void)
{
    for (size_t i = 0; i < WG_FAULT_POINT_COUNT; i++)
        puts(names[i]);
}

#endif
