/* A table of sets of eight: a name lives in the set that its hash names. */
#include "common/attempts.h"

#include <stddef.h>

#include "common/memory.h"

enum { SETS = 1024, WAYS = 8 };
static const int64_t MINUTE = INT64_C(60000000);

struct entry {
    uint64_t name; /* hash; 0: free */
    int64_t since;
    int wrong;
};

struct wg_attempts {
    struct entry entries[SETS][WAYS];
};

struct wg_attempts *wg_attempts_new(void)
{
    return wg_new(sizeof(struct wg_attempts));
}

void wg_attempts_destroy(struct wg_attempts **attempts)
{
    free(*attempts);
    *attempts = NULL;
}

/* FNV-1a. */
static uint64_t hash(char kind, const char *who)
{
    uint64_t name = UINT64_C(14695981039346656037);
    name = (name ^ (uint8_t)kind) * UINT64_C(1099511628211);
    for (const char *at = who; *at != '\0'; at++)
        name = (name ^ (uint8_t)*at) * UINT64_C(1099511628211);
    return name | 1;
}

static size_t set_of(uint64_t name)
{
    return (size_t)((name >> 32) % SETS);
}

bool wg_attempts_blocked(const struct wg_attempts *attempts, char kind, const char *who,
                         int64_t now)
{
    uint64_t name = hash(kind, who);
    const struct entry *set = attempts->entries[set_of(name)];
    for (size_t i = 0; i < WAYS; i++)
        if (set[i].name == name)
            return set[i].wrong >= WG_ATTEMPTS_A_MINUTE && now - set[i].since < MINUTE;
    return false;
}

void wg_attempts_wrong(struct wg_attempts *attempts, char kind, const char *who, int64_t now)
{
    uint64_t name = hash(kind, who);
    struct entry *set = attempts->entries[set_of(name)];
    struct entry *entry = &set[0];
    for (size_t i = 0; i < WAYS; i++) {
        if (set[i].name == name) {
            entry = &set[i];
            break;
        }
        if (set[i].since < entry->since)
            entry = &set[i];
    }
    if (entry->name != name || now - entry->since >= MINUTE)
        *entry = (struct entry){ .name = name, .since = now };
    entry->wrong++;
}
