/* CURVE (rfc.zeromq.org/spec/26) for the bus between machines: each service has a pair of keys of
 * its own, the bus knows whom it admits. All in one folder, WANGGE_CURVE, 32 bytes a file:
 * `secret`, `public`, `bus.public`; the bus has a folder `clients` of others' public keys besides.
 * A key that cannot be read ends the process: it would wait for ever. */
#pragma once

#include <czmq.h>

/* Before connecting. */
void wg_curve_client(const char *folder, zsock_t *socket);

/* The actor that admits; before the first socket is bound. Destroy it after the last. */
zactor_t *wg_curve_admit(const char *folder);
/* Before binding. */
void wg_curve_server(const char *folder, zsock_t *socket);
