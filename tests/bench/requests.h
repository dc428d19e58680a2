/* The requests that the source sends, made once, whole and ready for send(): what the load
 * generator does for a request must cost next to nothing beside what is measured. */
#pragma once

#include <stddef.h>

#include "common/memory.h"

struct request {
    char *bytes;
    size_t length;
    unsigned reports; /* how many it carries */
};

struct requests {
    struct request *of;
    size_t n;
};

struct requests_wish {
    const char *bodies; /* a file, one JSON report a line */
    const char *key;    /* a file with the key that is sent as Authorization */
    int port;
    unsigned lines; /* 0: one report a request; else uploads of so many */
};

/* Ends the process with a message where a file cannot be read or holds nothing. */
struct requests requests_make(const struct requests_wish *wish);
void requests_destroy(struct requests *requests);
