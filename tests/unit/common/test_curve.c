/* Promise: over tcp the bus takes frames from those alone whose keys it holds; a stranger's pair,
 * and one that encrypts nothing, get nothing in and nothing out. */
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/curve.h"
#include "common/memory.h"

#include "tests/unit/test.h"

/* How long a frame that must come is waited for, and how long one that must not. */
enum { A_FRAME_MS = 20000, NO_FRAME_MS = 300 };

static char folders[3][64]; /* the bus, a known service, a stranger */

static void write_key(const char *folder, const char *name, const uint8_t *key)
{
    char path[256];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(key, 1, 32, file), 32);
    fclose(file);
}

static int set_up(void **state)
{
    zcert_t *pairs[3];
    for (int i = 0; i < 3; i++) {
        snprintf(folders[i], sizeof folders[i], "/tmp/wangge-curve.XXXXXX");
        assert_non_null(mkdtemp(folders[i]));
        pairs[i] = zcert_new();
        write_key(folders[i], "public", zcert_public_key(pairs[i]));
        write_key(folders[i], "secret", zcert_secret_key(pairs[i]));
        write_key(folders[i], "bus.public", zcert_public_key(pairs[0]));
    }
    char clients[80];
    snprintf(clients, sizeof clients, "%s/clients", folders[0]);
    assert_int_equal(mkdir(clients, 0700), 0);
    write_key(clients, "known", zcert_public_key(pairs[1]));
    for (int i = 0; i < 3; i++)
        zcert_destroy(&pairs[i]);
    return 0;
}

static int tear_down(void **state)
{
    char command[256];
    snprintf(command, sizeof command, "rm -rf %s %s %s", folders[0], folders[1], folders[2]);
    return system(command);
}

/* A socket of the bus; ret_port: where. */
static zsock_t *served(int type, int *ret_port)
{
    zsock_t *socket = zsock_new(type);
    wg_curve_server(folders[0], socket);
    zsock_set_rcvtimeo(socket, A_FRAME_MS);
    *ret_port = zsock_bind(socket, "tcp://127.0.0.1:*");
    assert_true(*ret_port > 0);
    return socket;
}

/* keys: NULL encrypts nothing. */
static zsock_t *calling(int type, const char *keys, int port)
{
    zsock_t *socket = zsock_new(type);
    if (keys != NULL)
        wg_curve_client(keys, socket);
    zsock_set_linger(socket, 0);
    zsock_set_rcvtimeo(socket, A_FRAME_MS);
    if (type == ZMQ_SUB)
        zsock_set_subscribe(socket, "");
    assert_int_equal(zsock_connect(socket, "tcp://127.0.0.1:%d", port), 0);
    return socket;
}

static void test_in(void **state)
{
    WG_AUTO(zactor_destroy) zactor_t *admits = wg_curve_admit(folders[0]);
    int port;
    WG_AUTO(zsock_destroy) zsock_t *bus = served(ZMQ_PULL, &port);
    WG_AUTO(zsock_destroy) zsock_t *stranger = calling(ZMQ_PUSH, folders[2], port);
    WG_AUTO(zsock_destroy) zsock_t *naked = calling(ZMQ_PUSH, NULL, port);
    zstr_send(stranger, "stranger");
    zstr_send(naked, "naked");
    WG_AUTO(zsock_destroy) zsock_t *known = calling(ZMQ_PUSH, folders[1], port);
    for (int i = 0; i < 3; i++) {
        zstr_send(known, "known");
        char *got = zstr_recv(bus);
        assert_string_equal(got, "known");
        zstr_free(&got);
    }
    zsock_set_rcvtimeo(bus, NO_FRAME_MS);
    assert_null(zstr_recv(bus));
}

static void test_out(void **state)
{
    WG_AUTO(zactor_destroy) zactor_t *admits = wg_curve_admit(folders[0]);
    int port;
    WG_AUTO(zsock_destroy) zsock_t *bus = served(ZMQ_XPUB, &port);
    WG_AUTO(zsock_destroy) zsock_t *stranger = calling(ZMQ_SUB, folders[2], port);
    WG_AUTO(zsock_destroy) zsock_t *naked = calling(ZMQ_SUB, NULL, port);
    WG_AUTO(zsock_destroy) zsock_t *known = calling(ZMQ_SUB, folders[1], port);
    WG_AUTO(zframe_destroy) zframe_t *subscription = zframe_recv(bus); /* the known one's */
    assert_non_null(subscription);
    zstr_send(bus, "event");
    char *got = zstr_recv(known);
    assert_string_equal(got, "event");
    zstr_free(&got);
    zsock_set_rcvtimeo(stranger, NO_FRAME_MS);
    zsock_set_rcvtimeo(naked, 0);
    assert_null(zstr_recv(stranger));
    assert_null(zstr_recv(naked));
}

int main(void)
{
    setenv("ZSYS_SIGHANDLER", "false", 1);
    const struct CMUnitTest tests[] = { cmocka_unit_test(test_in), cmocka_unit_test(test_out) };
    return cmocka_run_group_tests_name("curve", tests, set_up, tear_down);
}
