#include "common/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "common/error.h"
#include "common/service.h"

enum { BACKLOG = 1024 };

static int opened(int family)
{
    int listener = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    return listener < 0 ? wg_fail(-errno, "socket") : listener;
}

static int refused(int listener, const char *where)
{
    int error = -errno;
    close(listener);
    return wg_fail(error, "listen on %s", where);
}

static int listen_unix(const struct wg_service *service, char path[WG_LISTEN_ROOM])
{
    const struct wg_common_settings *settings = wg_service_settings(service);
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    _Static_assert(WG_LISTEN_ROOM == sizeof address.sun_path, "a path fits its address");
    int n = snprintf(path, WG_LISTEN_ROOM, "%s/%s-%lld.sock", settings->run,
                     wg_service_name(service), (long long)settings->instance);
    if (n >= WG_LISTEN_ROOM)
        return wg_fail(-ENAMETOOLONG, "socket in %s", settings->run);
    memcpy(address.sun_path, path, (size_t)n + 1);
    int listener = opened(AF_UNIX);
    if (listener < 0)
        return listener;
    unlink(path); /* what a killed instance of this number left behind */
    /* Who may reach it is decided by the folder's rights. */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, BACKLOG) != 0 || chmod(path, 0666) != 0)
        return refused(listener, path);
    return listener;
}

static int listen_tcp(const char *where, char path[WG_LISTEN_ROOM])
{
    struct sockaddr_in address = { .sin_family = AF_INET };
    char host[INET_ADDRSTRLEN];
    unsigned port;
    int end, on = 1;
    path[0] = '\0';
    if (sscanf(where, "%15[0-9.]:%5u%n", host, &port, &end) != 2 || where[end] != '\0' ||
        port == 0 || port > 65535 || inet_pton(AF_INET, host, &address.sin_addr) != 1)
        return wg_fail(-EINVAL, "WANGGE_LISTEN=%s: address:port, for instance 0.0.0.0:8080", where);
    address.sin_port = htons((uint16_t)port);
    int listener = opened(AF_INET);
    if (listener < 0)
        return listener;
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
    setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on); /* accepted ones inherit it */
    if (bind(listener, (struct sockaddr *)&address, sizeof address) != 0 ||
        listen(listener, BACKLOG) != 0)
        return refused(listener, where);
    return listener;
}

int wg_listen(const struct wg_service *service, char ret_path[WG_LISTEN_ROOM])
{
    const char *where = wg_service_settings(service)->listen;
    return where[0] == '\0' ? listen_unix(service, ret_path) : listen_tcp(where, ret_path);
}
