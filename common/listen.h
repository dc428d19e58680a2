/* Where a service is asked: a unix socket in the folder of the sockets, which nginx on this machine
 * finds by its name, or a TCP port that nginx on another finds by the service's name. */
#pragma once

#include "common/memory.h"

struct wg_service;

enum { WG_LISTEN_ROOM = 108 };

/* A listening descriptor, or a negative errno, which was logged. ret_path: the socket's file, which
 * the caller removes at the end; "" for a port. */
int wg_listen(const struct wg_service *service, char ret_path[WG_LISTEN_ROOM]) WG_MUST_USE;
