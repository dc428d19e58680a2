#include "services/triage/city_rows.h"

#include <string.h>

#include "common/json.h"
#include "common/text.h"

struct city_area city_row_area(const PGresult *rows, int row)
{
    struct city_area area = { .id = wg_get_i64(rows, row, 0),
                              .parent_id = wg_get_i64(rows, row, 4) };
    const char *matters = wg_get_text(rows, row, 5), *calendar = wg_get_text(rows, row, 7);
    wg_copy(area.code, sizeof area.code, wg_get_text(rows, row, 1));
    wg_copy(area.level, sizeof area.level, wg_get_text(rows, row, 2));
    wg_copy(area.kind, sizeof area.kind, wg_get_text(rows, row, 3));
    area.matters = matters == NULL ? NULL : wg_strdup(matters);
    area.calendar = calendar == NULL ? NULL : wg_strdup(calendar);
    return area;
}

static void read_limits(struct city_category *category, const char *text)
{
    struct wg_json_verdict verdict;
    char fault[120];
    WG_AUTO(wg_json_put) struct json_object *limits = wg_json_parse(text, strlen(text), &verdict);
    if (!json_object_is_type(limits, json_type_object))
        return;
    json_object_object_foreach(limits, clock, limit)
    {
        struct wg_limit_row *to = &category->limits[category->n_limits];
        if (category->n_limits == WG_COUNT(category->limits) || !wg_limit_key(clock, to) ||
            wg_limit_parse(limit, &to->limit, fault, sizeof fault) != 0)
            continue;
        category->n_limits++;
    }
}

struct city_category city_row_category(const PGresult *rows, int row)
{
    struct city_category category = { .restricted = wg_get_bool(rows, row, 4) };
    wg_copy(category.code, sizeof category.code, wg_get_text(rows, row, 0));
    wg_copy(category.parent, sizeof category.parent, wg_get_text(rows, row, 1));
    wg_copy(category.grade, sizeof category.grade, wg_get_text(rows, row, 2));
    wg_copy(category.responsible, sizeof category.responsible, wg_get_text(rows, row, 3));
    read_limits(&category, wg_get_text(rows, row, 5));
    wg_copy(category.workflow, sizeof category.workflow, wg_get_text(rows, row, 6));
    return category;
}

struct city_party city_row_party(const PGresult *rows, int row)
{
    struct city_party party = { .id = (int32_t)wg_get_i64(rows, row, 0),
                                .ordered = wg_get_bool(rows, row, 2) };
    char staff[240];
    wg_copy(party.code, sizeof party.code, wg_get_text(rows, row, 1));
    wg_copy(party.calendar, sizeof party.calendar, wg_get_text(rows, row, 4));
    wg_copy(staff, sizeof staff, wg_get_text(rows, row, 3));
    for (char *id = strtok(staff, ","); id != NULL && party.n_staff < WG_COUNT(party.staff);
         id = strtok(NULL, ","))
        party.staff[party.n_staff++] = strtoll(id, NULL, 10);
    return party;
}

int city_row_calendar(struct calendars *calendars, const PGresult *rows, char *ret_fault,
                      size_t fault_size)
{
    struct wg_json_verdict verdict;
    struct wg_calendar *table = NULL;
    const char *text = wg_get_text(rows, 0, 2);
    WG_AUTO(wg_json_put)
    struct json_object *definition = wg_json_parse(text, strlen(text), &verdict);
    wg_copy(ret_fault, fault_size, "no JSON");
    if (definition == NULL || wg_calendar_new(definition, &table, ret_fault, fault_size) != 0)
        return CITY_ROW_BAD;
    wg_copy(ret_fault, fault_size, "there are too many");
    return calendars_add(calendars, wg_get_text(rows, 0, 0), wg_get_i64(rows, 0, 1), &table)
               ? 0
               : CITY_ROW_BAD;
}

struct city_post city_row_post(const PGresult *rows, int row)
{
    struct city_post post = { .staff_id = wg_get_i64(rows, row, 0),
                              .area_id = wg_get_i64(rows, row, 2),
                              .from = wg_get_time(rows, row, 3),
                              .to = wg_get_time(rows, row, 4) };
    wg_copy(post.post, sizeof post.post, wg_get_text(rows, row, 1));
    return post;
}

struct city_duty city_row_duty(const PGresult *rows, int row)
{
    struct city_duty duty = { .area_id = wg_get_i64(rows, row, 1),
                              .staff_id = wg_get_i64(rows, row, 3),
                              .from = wg_get_time(rows, row, 5),
                              .to = wg_get_time(rows, row, 6) };
    wg_copy(duty.post, sizeof duty.post, wg_get_text(rows, row, 2));
    wg_copy(duty.kind, sizeof duty.kind, wg_get_text(rows, row, 4));
    return duty;
}

void city_rows_heirs(struct city_heirs *heirs, const PGresult *rows)
{
    struct city_heirs fresh = { .version = heirs->version };
    for (int row = 0; row < PQntuples(rows); row++)
        city_heirs_add(&fresh, &(struct city_heir){ .from = wg_get_i64(rows, row, 0),
                                                    .to = wg_get_i64(rows, row, 1) });
    bool same =
        fresh.n == heirs->n &&
        (fresh.n == 0 || memcmp(fresh.rows, heirs->rows, fresh.n * sizeof fresh.rows[0]) == 0);
    fresh.version += same ? 0 : 1;
    city_heirs_clear(heirs);
    *heirs = fresh;
}
