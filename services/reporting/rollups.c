/* Two tables of rows found by hash. Names are kept once, so that rows compare by pointer while they
 * are summed. */
#include "services/reporting/rollups.h"

#include <string.h>

#include "services/reporting/words.h"

enum { SLOTS_LEAST = 1024, LEVELS = 5 };
static const char *const levels[LEVELS] = { "district", "street", "community", "grid", "micro" };

struct table {
    size_t n, room, n_slots; /* n_slots: a power of two, at least twice n */
    bool sorted;             /* then the slots do not lead to the rows any more */
    struct rollups_row *rows;
    uint32_t *slots; /* index + 1 of a row; 0: free */
};

struct rollups {
    struct table states, categories;
    size_t n_names, names_room;
    char **names;
};

struct rollups *rollups_new(void)
{
    struct rollups *rollups = wg_new(sizeof *rollups);
    struct table *const tables[] = { &rollups->states, &rollups->categories };
    for (size_t i = 0; i < WG_COUNT(tables); i++) {
        tables[i]->n_slots = SLOTS_LEAST;
        tables[i]->slots = wg_new_array(SLOTS_LEAST, sizeof *tables[i]->slots);
    }
    return rollups;
}

void rollups_destroy(struct rollups **rollups)
{
    if (*rollups == NULL)
        return;
    rollups_clear(*rollups);
    free((*rollups)->states.rows);
    free((*rollups)->states.slots);
    free((*rollups)->categories.rows);
    free((*rollups)->categories.slots);
    free((*rollups)->names);
    free(*rollups);
    *rollups = NULL;
}

void rollups_clear(struct rollups *rollups)
{
    struct table *const tables[] = { &rollups->states, &rollups->categories };
    for (size_t i = 0; i < WG_COUNT(tables); i++) {
        tables[i]->n = 0;
        tables[i]->sorted = false;
        memset(tables[i]->slots, 0, tables[i]->n_slots * sizeof *tables[i]->slots);
    }
    for (size_t i = 0; i < rollups->n_names; i++)
        free(rollups->names[i]);
    rollups->n_names = 0;
}

/* ---- names: a batch has few of them */

static const char *name_kept(struct rollups *rollups, const char *name)
{
    for (size_t i = 0; i < rollups->n_names; i++)
        if (strcmp(rollups->names[i], name) == 0)
            return rollups->names[i];
    if (rollups->n_names == rollups->names_room) {
        rollups->names_room += 64;
        rollups->names = wg_resize(rollups->names, rollups->names_room * sizeof *rollups->names);
    }
    return rollups->names[rollups->n_names++] = wg_strdup(name);
}

/* ---- rows */

/* FNV-1a over area and day, and the name's address. */
static uint64_t hash(const char *area, int32_t day, const char *name)
{
    uint64_t sum = UINT64_C(14695981039346656037) ^ (uint32_t)day ^ ((uintptr_t)name << 8);
    for (; *area != '\0'; area++)
        sum = (sum ^ (uint8_t)*area) * UINT64_C(1099511628211);
    return sum ^ sum >> 32;
}

static void place(struct table *table, uint32_t row)
{
    size_t slot = hash(table->rows[row].area, table->rows[row].day, table->rows[row].name);
    while (table->slots[slot & (table->n_slots - 1)] != 0)
        slot++;
    table->slots[slot & (table->n_slots - 1)] = row + 1;
}

static struct rollups_row *row_add(struct table *table, const char *area, int32_t day,
                                   const char *name)
{
    if (table->n == table->room) {
        table->room = table->room == 0 ? 256 : 2 * table->room;
        table->rows = wg_resize(table->rows, table->room * sizeof *table->rows);
    }
    struct rollups_row *row = &table->rows[table->n++];
    *row = (struct rollups_row){ .day = day, .name = name };
    memcpy(row->area, area, strnlen(area, sizeof row->area - 1));
    if (2 * table->n <= table->n_slots) {
        place(table, (uint32_t)(table->n - 1));
        return row;
    }
    free(table->slots);
    table->n_slots *= 2;
    table->slots = wg_new_array(table->n_slots, sizeof *table->slots);
    for (uint32_t i = 0; i < table->n; i++)
        place(table, i);
    return row;
}

static struct rollups_row *row_of(struct table *table, const char *area, int32_t day,
                                  const char *name)
{
    for (size_t slot = hash(area, day, name);; slot++) {
        uint32_t index = table->slots[slot & (table->n_slots - 1)];
        if (index == 0)
            return row_add(table, area, day, name);
        struct rollups_row *row = &table->rows[index - 1];
        if (row->name == name && row->day == day && strcmp(row->area, area) == 0)
            return row;
    }
}

/* ---- events */

static void add_states(struct rollups *rollups, const struct rollups_event *event)
{
    const char *state = name_kept(rollups, event->state),
               *was_state = name_kept(rollups, event->was_state);
    for (size_t i = 0; i < LEVELS; i++) {
        char in[WG_AREA_ROOM] = "", out[WG_AREA_ROOM] = "";
        bool enters = !event->restricted && wg_area_prefix(event->area, levels[i], in);
        bool leaves = !event->first && !event->was_restricted &&
                      wg_area_prefix(event->was_area, levels[i], out);
        if (enters && leaves && state == was_state && strcmp(in, out) == 0)
            continue; /* moved within this area */
        if (enters)
            row_of(&rollups->states, in, event->day, state)->more++;
        if (leaves)
            row_of(&rollups->states, out, event->day, was_state)->less++;
    }
}

/* The street, or the district for what lies in no street. */
static bool street_of(const char *area, char ret_street[WG_AREA_ROOM])
{
    return wg_area_prefix(area, "street", ret_street) ||
           wg_area_prefix(area, "district", ret_street);
}

static void add_categories(struct rollups *rollups, const struct rollups_event *event,
                           const struct words *words)
{
    char in[WG_AREA_ROOM] = "", out[WG_AREA_ROOM] = "";
    const char *name = event->category == NULL ? "" : event->category;
    const char *was_name = event->was_category == NULL ? "" : event->was_category;
    bool enters =
        !event->restricted && !words_final(words, event->state) && street_of(event->area, in);
    bool leaves = !event->first && !event->was_restricted &&
                  !words_final(words, event->was_state) && street_of(event->was_area, out);
    if (enters && leaves && strcmp(in, out) == 0 && strcmp(name, was_name) == 0)
        return;
    if (enters)
        row_of(&rollups->categories, in, event->day, name_kept(rollups, name))->more++;
    if (leaves)
        row_of(&rollups->categories, out, event->day, name_kept(rollups, was_name))->less++;
}

void rollups_add(struct rollups *rollups, const struct rollups_event *event,
                 const struct words *words)
{
    add_states(rollups, event);
    add_categories(rollups, event, words);
}

/* ---- results */

static int compare(const void *a, const void *b)
{
    const struct rollups_row *one = a, *other = b;
    int order = strcmp(one->area, other->area);
    if (order == 0)
        order = (one->day > other->day) - (one->day < other->day);
    return order != 0 ? order : strcmp(one->name, other->name);
}

static const struct rollups_row *sorted(struct table *table, size_t *ret_n)
{
    if (!table->sorted && table->n > 1)
        qsort(table->rows, table->n, sizeof *table->rows, compare);
    table->sorted = true;
    *ret_n = table->n;
    return table->rows;
}

const struct rollups_row *rollups_states(struct rollups *rollups, size_t *ret_n)
{
    return sorted(&rollups->states, ret_n);
}

const struct rollups_row *rollups_categories(struct rollups *rollups, size_t *ret_n)
{
    return sorted(&rollups->categories, ret_n);
}
