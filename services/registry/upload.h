/* The body of an import: gathered in a file without a name, so that 64 MiB cost no memory, and
 * mapped to be read. */
#pragma once

#include <stddef.h>

#include "common/memory.h"

enum { UPLOAD_BYTES_MOST = 64 << 20 };

struct upload {
    int file; /* -1: none */
    size_t length;
    const char *bytes; /* once mapped */
};

/* -errno where the folder takes no file. */
int upload_open(struct upload *upload, const char *folder) WG_MUST_USE;
enum { UPLOAD_LARGE = 1 };
/* UPLOAD_LARGE: it would be over UPLOAD_BYTES_MOST; -errno where the disk does not take it. */
int upload_add(struct upload *upload, const char *bytes, size_t length) WG_MUST_USE;
/* Makes upload->bytes readable ("" for an empty body). */
int upload_map(struct upload *upload) WG_MUST_USE;
void upload_close(struct upload *upload);
