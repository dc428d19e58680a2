#include "tests/bench/requests.h"

#include <err.h>
#include <stdio.h>
#include <string.h>

#include "common/text.h"

enum { UPLOADS = 16 };

static void read_file(const char *path, struct wg_text *ret_text)
{
    char piece[65536];
    size_t n;
    FILE *file = fopen(path, "re");
    if (file == NULL)
        err(1, "%s", path);
    while ((n = fread(piece, 1, sizeof piece, file)) > 0)
        wg_text_add(ret_text, piece, n);
    fclose(file);
    if (ret_text->length == 0)
        errx(1, "%s is empty", path);
}

static void add(struct requests *requests, const char *head, const struct wg_text *body,
                unsigned reports)
{
    struct wg_text whole = { 0 };
    wg_text_put(&whole, head);
    wg_text_printf(&whole, "Content-Length: %zu\r\n\r\n", body->length);
    wg_text_add(&whole, body->bytes, body->length);
    requests->of = wg_resize(requests->of, (requests->n + 1) * sizeof *requests->of);
    requests->of[requests->n++] =
        (struct request){ .bytes = whole.bytes, .length = whole.length, .reports = reports };
}

static void make_singles(struct requests *requests, const char *head, char *bodies)
{
    char *rest = bodies;
    for (char *line = strtok_r(bodies, "\n", &rest); line != NULL;
         line = strtok_r(NULL, "\n", &rest)) {
        const struct wg_text body = { .bytes = line, .length = strlen(line) };
        add(requests, head, &body, 1);
    }
}

/* Goes round the bodies as often as it takes. */
static void make_uploads(struct requests *requests, const char *head, const struct wg_text *bodies,
                         unsigned lines)
{
    const char *at = bodies->bytes, *end = bodies->bytes + bodies->length;
    for (int upload = 0; upload < UPLOADS; upload++) {
        WG_AUTO(wg_text_destroy) struct wg_text body = { 0 };
        for (unsigned line = 0; line < lines; line++) {
            const char *newline = memchr(at, '\n', (size_t)(end - at));
            const char *next = newline == NULL ? end : newline + 1;
            wg_text_add(&body, at, (size_t)(next - at));
            if (newline == NULL)
                wg_text_put(&body, "\n");
            at = next == end ? bodies->bytes : next;
        }
        add(requests, head, &body, lines);
    }
}

struct requests requests_make(const struct requests_wish *wish)
{
    struct requests requests = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text key = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text bodies = { 0 };
    WG_AUTO(wg_text_destroy) struct wg_text head = { 0 };
    read_file(wish->key, &key);
    read_file(wish->bodies, &bodies);
    key.bytes[strcspn(key.bytes, "\r\n")] = '\0';
    wg_text_printf(&head,
                   "POST /api/v1/reports HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
                   "Authorization: Bearer %s\r\nContent-Type: application/%s\r\n",
                   wish->port, key.bytes, wish->lines == 0 ? "json" : "x-ndjson");
    if (wish->lines == 0)
        make_singles(&requests, head.bytes, bodies.bytes);
    else
        make_uploads(&requests, head.bytes, &bodies, wish->lines);
    return requests;
}

void requests_destroy(struct requests *requests)
{
    for (size_t i = 0; i < requests->n; i++)
        free(requests->of[i].bytes);
    free(requests->of);
    *requests = (struct requests){ 0 };
}
