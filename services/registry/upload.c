#include "services/registry/upload.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

#include "common/error.h"
#include "common/log.h"

int upload_open(struct upload *upload, const char *folder)
{
    *upload = (struct upload){ .file = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600) };
    return upload->file < 0 ? wg_fail(-errno, "open a file in %s", folder) : 0;
}

int upload_add(struct upload *upload, const char *bytes, size_t length)
{
    if (upload->length + length > UPLOAD_BYTES_MOST)
        return UPLOAD_LARGE;
    while (length > 0) {
        ssize_t n = write(upload->file, bytes, length);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return wg_fail(-errno, "write the body of an import");
        bytes += n;
        length -= (size_t)n;
        upload->length += (size_t)n;
    }
    return 0;
}

int upload_map(struct upload *upload)
{
    upload->bytes = "";
    if (upload->length == 0)
        return 0;
    void *bytes = mmap(NULL, upload->length, PROT_READ, MAP_PRIVATE, upload->file, 0);
    if (bytes == MAP_FAILED) {
        upload->length = 0;
        return wg_fail(-errno, "map the body of an import");
    }
    upload->bytes = bytes;
    return 0;
}

void upload_close(struct upload *upload)
{
    if (upload->bytes != NULL && upload->length > 0)
        munmap((void *)(uintptr_t)upload->bytes, upload->length);
    if (upload->file >= 0)
        close(upload->file);
    *upload = (struct upload){ .file = -1 };
}
