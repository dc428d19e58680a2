#include "common/curve.h"

#include <dirent.h>
#include <stdint.h>

#include "common/crypto.h"
#include "common/log.h"
#include "common/text.h"

static void read_key(const char *folder, const char *name, uint8_t key[WG_SECRET_BYTES])
{
    WG_AUTO(wg_text_destroy) struct wg_text path = { 0 };
    wg_text_printf(&path, "%s/%s", folder, name);
    if (wg_secret_read(path.bytes, key) == 0)
        return;
    wg_log_flush();
    exit(1);
}

static zcert_t *own_pair(const char *folder)
{
    uint8_t public[WG_SECRET_BYTES], secret[WG_SECRET_BYTES];
    read_key(folder, "public", public);
    read_key(folder, "secret", secret);
    return zcert_new_from(public, secret);
}

void wg_curve_client(const char *folder, zsock_t *socket)
{
    WG_AUTO(zcert_destroy) zcert_t *pair = own_pair(folder);
    uint8_t server[WG_SECRET_BYTES];
    read_key(folder, "bus.public", server);
    zcert_apply(pair, socket);
    zsock_set_curve_serverkey_bin(socket, server);
}

static void admit(zcertstore_t *store, const char *clients)
{
    DIR *directory = opendir(clients);
    if (directory == NULL) {
        wg_log(WG_FATAL, "curve-clients", "folder=%s reason=%s", clients, strerror(errno));
        wg_log_flush();
        exit(1);
    }
    const uint8_t none[WG_SECRET_BYTES] = { 0 };
    for (const struct dirent *entry; (entry = readdir(directory)) != NULL;) {
        if (entry->d_name[0] == '.')
            continue;
        uint8_t public[WG_SECRET_BYTES];
        read_key(clients, entry->d_name, public);
        zcert_t *client = zcert_new_from(public, none);
        zcertstore_insert(store, &client);
    }
    closedir(directory);
}

zactor_t *wg_curve_admit(const char *folder)
{
    WG_AUTO(wg_text_destroy) struct wg_text clients = { 0 };
    wg_text_printf(&clients, "%s/clients", folder);
    zcertstore_t *store = zcertstore_new(NULL); /* the actor destroys it */
    admit(store, clients.bytes);
    return zactor_new(zauth, store);
}

void wg_curve_server(const char *folder, zsock_t *socket)
{
    WG_AUTO(zcert_destroy) zcert_t *pair = own_pair(folder);
    zcert_apply(pair, socket);
    zsock_set_zap_domain(socket, "wangge");
    zsock_set_curve_server(socket, 1);
}
