#include "services/triage/city.h"

#include <stdio.h>
#include <string.h>

#include "common/text.h"

/* ---- growing */

static void *grown(void *rows, size_t n, size_t *room, size_t row_bytes)
{
    if (n < *room)
        return rows;
    *room = *room == 0 ? 256 : *room * 2;
    return wg_resize(rows, *room * row_bytes);
}

void city_areas_add(struct city_areas *areas, const struct city_area *area)
{
    areas->rows = grown(areas->rows, areas->n, &areas->room, sizeof areas->rows[0]);
    areas->rows[areas->n++] = *area;
}

void city_posts_add(struct city_posts *posts, const struct city_post *post)
{
    posts->rows = grown(posts->rows, posts->n, &posts->room, sizeof posts->rows[0]);
    posts->rows[posts->n++] = *post;
}

void city_duties_add(struct city_duties *duties, const struct city_duty *duty)
{
    duties->rows = grown(duties->rows, duties->n, &duties->room, sizeof duties->rows[0]);
    duties->rows[duties->n++] = *duty;
}

void city_categories_add(struct city_categories *categories, const struct city_category *category)
{
    categories->rows =
        grown(categories->rows, categories->n, &categories->room, sizeof categories->rows[0]);
    categories->rows[categories->n++] = *category;
}

void city_parties_add(struct city_parties *parties, const struct city_party *party)
{
    parties->rows = grown(parties->rows, parties->n, &parties->room, sizeof parties->rows[0]);
    parties->rows[parties->n++] = *party;
}

void city_heirs_add(struct city_heirs *heirs, const struct city_heir *heir)
{
    heirs->rows = grown(heirs->rows, heirs->n, &heirs->room, sizeof heirs->rows[0]);
    heirs->rows[heirs->n++] = *heir;
}

/* ---- sorting */

static int compare_i64(int64_t left, int64_t right)
{
    return (left > right) - (left < right);
}

static int by_area_id(const void *left, const void *right)
{
    return compare_i64(((const struct city_area *)left)->id, ((const struct city_area *)right)->id);
}

static int by_area_code(const void *left, const void *right, void *rows)
{
    const struct city_area *areas = rows;
    return strcmp(areas[*(const uint32_t *)left].code, areas[*(const uint32_t *)right].code);
}

static int by_post(const void *left, const void *right)
{
    const struct city_post *a = left, *b = right;
    int order = compare_i64(a->area_id, b->area_id);
    order = order != 0 ? order : strcmp(a->post, b->post);
    return order != 0 ? order : compare_i64(a->staff_id, b->staff_id);
}

static int by_duty(const void *left, const void *right)
{
    const struct city_duty *a = left, *b = right;
    int order = compare_i64(a->area_id, b->area_id);
    order = order != 0 ? order : strcmp(a->post, b->post);
    return order != 0 ? order : compare_i64(a->from, b->from);
}

static int by_category(const void *left, const void *right)
{
    return strcmp(((const struct city_category *)left)->code,
                  ((const struct city_category *)right)->code);
}

void city_areas_finish(struct city_areas *areas)
{
    if (areas->n == 0)
        return;
    qsort(areas->rows, areas->n, sizeof areas->rows[0], by_area_id);
    for (size_t i = 0; i < areas->n; i++) {
        const struct city_area key = { .id = areas->rows[i].parent_id };
        const struct city_area *parent =
            bsearch(&key, areas->rows, areas->n, sizeof areas->rows[0], by_area_id);
        areas->rows[i].parent = parent == NULL ? -1 : (int32_t)(parent - areas->rows);
    }
    areas->by_code = wg_new_array(areas->n, sizeof areas->by_code[0]);
    for (uint32_t i = 0; i < areas->n; i++)
        areas->by_code[i] = i;
    qsort_r(areas->by_code, areas->n, sizeof areas->by_code[0], by_area_code, areas->rows);
}

void city_posts_finish(struct city_posts *posts)
{
    if (posts->n > 0)
        qsort(posts->rows, posts->n, sizeof posts->rows[0], by_post);
}

void city_duties_finish(struct city_duties *duties)
{
    if (duties->n > 0)
        qsort(duties->rows, duties->n, sizeof duties->rows[0], by_duty);
}

void city_categories_finish(struct city_categories *categories)
{
    if (categories->n > 0)
        qsort(categories->rows, categories->n, sizeof categories->rows[0], by_category);
}

/* ---- clearing */

void city_areas_clear(struct city_areas *areas)
{
    for (size_t i = 0; i < areas->n; i++) {
        free(areas->rows[i].matters);
        free(areas->rows[i].calendar);
    }
    free(areas->rows);
    free(areas->by_code);
    *areas = (struct city_areas){ 0 };
}

void city_posts_clear(struct city_posts *posts)
{
    free(posts->rows);
    *posts = (struct city_posts){ 0 };
}

void city_duties_clear(struct city_duties *duties)
{
    free(duties->rows);
    *duties = (struct city_duties){ 0 };
}

void city_categories_clear(struct city_categories *categories)
{
    free(categories->rows);
    *categories = (struct city_categories){ 0 };
}

void city_parties_clear(struct city_parties *parties)
{
    free(parties->rows);
    *parties = (struct city_parties){ 0 };
}

void city_heirs_clear(struct city_heirs *heirs)
{
    free(heirs->rows);
    *heirs = (struct city_heirs){ 0 };
}

void city_clear(struct city *city)
{
    city_areas_clear(&city->areas);
    city_posts_clear(&city->posts);
    city_duties_clear(&city->duties);
    city_categories_clear(&city->categories);
    city_parties_clear(&city->parties);
    city_heirs_clear(&city->heirs);
    calendars_clear(&city->calendars);
}

/* ---- looking up */

const struct city_area *city_area_by_id(const struct city *city, int64_t id)
{
    const struct city_area key = { .id = id };
    return city->areas.n == 0 ? NULL
                              : bsearch(&key, city->areas.rows, city->areas.n,
                                        sizeof city->areas.rows[0], by_area_id);
}

const struct city_area *city_area_by_code(const struct city *city, const char *code)
{
    size_t low = 0, high = city->areas.n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct city_area *area = &city->areas.rows[city->areas.by_code[middle]];
        int order = strcmp(area->code, code);
        if (order == 0)
            return area;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}

const struct city_category *city_category(const struct city *city, const char *code)
{
    struct city_category key;
    if (city->categories.n == 0 || strlen(code) >= sizeof key.code)
        return NULL;
    wg_copy(key.code, sizeof key.code, code);
    return bsearch(&key, city->categories.rows, city->categories.n, sizeof key, by_category);
}

static int by_from(const void *left, const void *right)
{
    return compare_i64(((const struct city_heir *)left)->from,
                       ((const struct city_heir *)right)->from);
}

int64_t city_heir(const struct city *city, int64_t staff)
{
    const struct city_heir key = { .from = staff }, *found = NULL;
    if (city->heirs.n > 0)
        found = bsearch(&key, city->heirs.rows, city->heirs.n, sizeof key, by_from);
    return found == NULL ? 0 : found->to;
}

const struct city_area *city_parent(const struct city *city, const struct city_area *area)
{
    return area->parent < 0 ? NULL : &city->areas.rows[area->parent];
}

const char *city_area_calendar(const struct city *city, const struct city_area *area)
{
    while (area != NULL && area->calendar == NULL)
        area = city_parent(city, area);
    return area == NULL ? NULL : area->calendar;
}

const struct calendars_row *city_calendar(const struct city *city)
{
    const struct city_area *root = city_root(city);
    return calendars_city(&city->calendars, root == NULL ? NULL : root->calendar);
}

const struct city_area *city_root(const struct city *city)
{
    for (size_t i = 0; i < city->areas.n; i++)
        if (city->areas.rows[i].parent_id == 0)
            return &city->areas.rows[i];
    return NULL;
}

int city_depth(const char *level)
{
    static const char *const levels[CITY_DEPTHS] = { "district", "street", "community", "grid",
                                                     "micro" };
    for (int i = 0; i < CITY_DEPTHS; i++)
        if (strcmp(level, levels[i]) == 0)
            return i;
    return -1;
}

bool city_is_matter(const struct city *city, const struct city_area *area, const char *category)
{
    char wanted[CITY_CATEGORY + 2];
    for (int i = 0; area->matters != NULL && category != NULL && category[0] != '\0' && i < 4;
         i++) {
        snprintf(wanted, sizeof wanted, ",%s,", category);
        if (strstr(area->matters, wanted) != NULL)
            return true;
        const struct city_category *row = city_category(city, category);
        category = row == NULL ? NULL : row->parent;
    }
    return false;
}

/* A few hundred, asked for when somebody acts: a walk is enough. */
const struct city_party *city_party_by_id(const struct city *city, int32_t id)
{
    for (size_t i = 0; i < city->parties.n; i++)
        if (city->parties.rows[i].id == id)
            return &city->parties.rows[i];
    return NULL;
}

const struct city_party *city_party_by_code(const struct city *city, const char *code)
{
    for (size_t i = 0; i < city->parties.n; i++)
        if (strcmp(city->parties.rows[i].code, code) == 0)
            return &city->parties.rows[i];
    return NULL;
}
