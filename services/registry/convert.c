#include "services/registry/convert.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/helper.h"
#include "common/http.h"
#include "common/log.h"
#include "common/service.h"
#include "common/text.h"

#include "services/registry/import.h"
#include "services/registry/registry.h"

enum { SCAN_BYTES = 512 << 10 };

/* Python reads the whole sheet: room for one of 200,000 rows, and no more. */
static const struct wg_helper_rules rules = {
    .name = "convert",
    .processes = 1,
    .queue = 1,
    .deadline_ms = 20000, /* the door waits for half a minute */
    .most_bytes = UPLOAD_BYTES_MOST,
    .cpu_seconds = 20,
    .memory_bytes = INT64_C(1) << 30,
    .descriptors = 32,
};

struct wg_helper *convert_new(struct wg_service *service)
{
    return wg_helper_new(service, &rules);
}

static void end_unreadable(struct import *import, const char *fault)
{
    faults_add(&import->faults, 0, "", fault, NULL);
    answer_faults(import->request, import_kinds[import->store.kind]->name, 0, &import->faults);
    import_release(import);
}

/* Takes the converted file in the place of the one that came; false where it cannot be had. */
static bool take(struct import *import)
{
    struct stat about;
    if (fstat(import->converted.file, &about) != 0)
        return false;
    upload_close(&import->upload);
    import->upload = import->converted;
    import->converted = (struct upload){ .file = -1 };
    import->upload.length = (size_t)about.st_size;
    return upload_map(&import->upload) == 0;
}

static void on_converted(const struct wg_help *help, void *arg)
{
    struct import *import = arg;
    bool done = help->end == WG_HELPED && help->status == 0;
    wg_log(WG_INFO, "convert", "sheet=%s done=%s", import->reader.sheet ? "true" : "false",
           done ? "true" : "false");
    if (!done && import->reader.sheet)
        end_unreadable(import, "sheet");
    else if (done && !take(import))
        import_fail(import);
    else
        import_run(import); /* what is not GB18030 either is read as it came: faults by line */
}

static void convert(struct import *import, const char *const *arguments)
{
    if (upload_open(&import->converted, import->registry->folder) != 0 ||
        lseek(import->upload.file, 0, SEEK_SET) != 0) {
        import_fail(import);
        return;
    }
    const struct wg_command command = { .arguments = arguments,
                                        .in = import->upload.file,
                                        .out = import->converted.file };
    if (wg_helper_run(import->registry->convert, &command, on_converted, import) != 0)
        import_fail(import);
}

/* Goes through the bytes for a few milliseconds at a time. A character that a turn would cut in two
 * waits for the next. */
static void scan(void *arg)
{
    static const char *const iconv[] = { "/usr/bin/iconv", "-f", "GB18030", "-t", "UTF-8", NULL };
    struct import *import = arg;
    const struct upload *upload = &import->upload;
    size_t end = import->scanned + SCAN_BYTES < upload->length ? import->scanned + SCAN_BYTES
                                                               : upload->length;
    for (int i = 0;
         i < 3 && end < upload->length && ((unsigned char)upload->bytes[end] & 0xC0) == 0x80; i++)
        end--;
    if (!wg_utf8_valid(upload->bytes + import->scanned, end - import->scanned)) {
        convert(import, iconv);
        return;
    }
    import->scanned = end;
    if (end == upload->length)
        import_run(import);
    else
        wg_service_soon(import->registry->service, scan, import);
}

static bool begins(const struct upload *upload, const char *magic, size_t length)
{
    return upload->length >= length && memcmp(upload->bytes, magic, length) == 0;
}

void convert_run(struct import *import)
{
    /* Dates and numbers as they are stored: what a cell shows has lost digits. */
    static const char *const xlsx[] = { "/usr/bin/xlsx2csv",
                                        "--ignore-formats",
                                        "date",
                                        "time",
                                        "float",
                                        "-d",
                                        ",",
                                        "/dev/stdin",
                                        NULL };
    import->running = true; /* whether or not anybody waits */
    if (import->reader.form != READER_CSV) {
        import_run(import);
    } else if (begins(&import->upload, "PK\x03\x04", 4)) {
        import->reader.sheet = true;
        convert(import, xlsx);
    } else if (begins(&import->upload, "\xD0\xCF\x11\xE0", 4)) {
        end_unreadable(import, "sheet-old");
    } else {
        scan(import);
    }
}
