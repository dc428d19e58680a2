#include "common/db_address.h"

#include <libpq-fe.h>
#include <netdb.h>
#include <string.h>

#include "common/memory.h"

enum { LOOK_EVERY_MS = 2 };

struct question {
    struct wg_service *service;
    char *host;
    struct gaicb asked;
    struct addrinfo wish;
    int fault; /* of asking */
    wg_db_located *fn;
    void *arg;
};

static void answer(struct question *question, int fault)
{
    char address[NI_MAXHOST];
    const struct addrinfo *first = question->asked.ar_result;
    if (fault == 0)
        fault = getnameinfo(first->ai_addr, first->ai_addrlen, address, sizeof address, NULL, 0,
                            NI_NUMERICHOST);
    question->fn(fault == 0 ? address : NULL, fault == 0 ? NULL : gai_strerror(fault),
                 question->arg);
    if (first != NULL)
        freeaddrinfo(question->asked.ar_result);
    free(question->host);
    free(question);
}

static void look(void *arg)
{
    struct question *question = arg;
    int fault = question->fault != 0 ? question->fault : gai_error(&question->asked);
    if (fault == EAI_INPROGRESS)
        wg_service_timer(question->service, LOOK_EVERY_MS, 1, look, question);
    else
        answer(question, fault);
}

/* Takes host over. */
static void ask(struct wg_service *service, char *host, wg_db_located *fn, void *arg)
{
    struct question *question = wg_new(sizeof *question);
    *question = (struct question){ .service = service, .host = host, .fn = fn, .arg = arg };
    question->wish = (struct addrinfo){ .ai_socktype = SOCK_STREAM };
    question->asked = (struct gaicb){ .ar_name = question->host, .ar_request = &question->wish };
    struct gaicb *list[] = { &question->asked };
    struct sigevent quietly = { .sigev_notify = SIGEV_NONE };
    question->fault = getaddrinfo_a(GAI_NOWAIT, list, 1, &quietly);
    wg_service_timer(service, LOOK_EVERY_MS, 1, look, question);
}

/* The host that the connection string names, if its address must be looked up; the caller owns it.
 */
static char *host_to_look_up(const char *conninfo)
{
    PQconninfoOption *options = PQconninfoParse(conninfo, NULL);
    const char *host = NULL;
    bool known = false;
    for (const PQconninfoOption *at = options; at != NULL && at->keyword != NULL; at++) {
        if (at->val == NULL)
            continue;
        if (strcmp(at->keyword, "host") == 0 && at->val[0] != '/')
            host = at->val;
        known = known || strcmp(at->keyword, "hostaddr") == 0;
    }
    char *found = host == NULL || known ? NULL : wg_strdup(host);
    PQconninfoFree(options);
    return found;
}

void wg_db_locate(struct wg_service *service, const char *conninfo, wg_db_located *fn, void *arg)
{
    char *host = host_to_look_up(conninfo);
    if (host == NULL)
        fn(NULL, NULL, arg);
    else
        ask(service, host, fn, arg);
}
