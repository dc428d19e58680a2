/* One table is parser, default, check and --help. An empty variable counts as one that is not set,
 * since an envdir cannot unset. Nothing is logged here: the log's own level is a setting. */
#include "common/settings.h"

#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>

/* 0, or 1 where it was refused and said so. */
static int read_number(const struct wg_setting *setting, const char *value)
{
    char *end;
    errno = 0;
    int64_t number = strtoll(value, &end, 10);
    bool whole = errno == 0 && end != value && *end == '\0';
    if (!whole || number < setting->lowest || number > setting->highest) {
        fprintf(stderr,
                "%s: 应为 %" PRId64 " 至 %" PRId64 " 的整数, 现为 \"%s\" "
                "(must be a whole number from %" PRId64 " to %" PRId64 ", is \"%s\")\n",
                setting->name, setting->lowest, setting->highest, value, setting->lowest,
                setting->highest, value);
        return 1;
    }
    *setting->number = number;
    return 0;
}

static int read_one(const struct wg_setting *setting)
{
    const char *value = getenv(setting->name);
    if (value == NULL || *value == '\0')
        value = setting->fallback;
    if (value == NULL) {
        fprintf(stderr, "%s: 必须设置: %s (must be set)\n", setting->name, setting->help);
        return 1;
    }
    if (setting->type == WG_NUMBER)
        return read_number(setting, value);
    *setting->text = value;
    return 0;
}

int wg_settings_read(const struct wg_setting *settings, size_t n)
{
    int faults = 0;
    for (size_t i = 0; i < n; i++)
        faults += read_one(&settings[i]);
    return faults;
}

void wg_settings_print(const struct wg_setting *settings, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        const struct wg_setting *setting = &settings[i];
        printf("%s\n    %s\n    ", setting->name, setting->help);
        if (setting->type == WG_NUMBER)
            printf("%" PRId64 " … %" PRId64 "; ", setting->lowest, setting->highest);
        if (setting->fallback == NULL)
            printf("必须设置 (required)\n");
        else
            printf("缺省 (default): \"%s\"\n", setting->fallback);
    }
}
