/* Staff and parties. Addresses stand in the row as "contact" until the import seals them; nothing
 * else of the house ever sees them. */
#include <string.h>

#include "common/area.h"
#include "common/json.h"

#include "services/registry/kinds.h"

enum { POSTS_MOST = 8 }; /* what common/access keeps of a caller */

static const char *const party_names[] = { "department", "property_company", "police", "contractor",
                                           "vertical",   "former_owner",     "other",  NULL };

static const struct column staff_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true, .zh = "人员编码、编码、编号、工号" },
    { .name = "name", .type = COLUMN_PERSON, .required = true, .zh = "姓名、名字" },
    { .name = "name_en", .type = COLUMN_TEXT, .zh = "英文名" },
    { .name = "tags", .type = COLUMN_LIST, .zh = "标签、身份" },
    { .name = "email", .type = COLUMN_EMAIL, .zh = "邮箱、电子邮箱、邮件" },
    { .name = "phone", .type = COLUMN_PHONE, .zh = "电话、手机、手机号、联系电话、手机号码" },
    { .name = "posts", .type = COLUMN_LIST, .highest = POSTS_MOST, .zh = "岗位、职务" },
    { .name = "party", .type = COLUMN_CODE, .zh = "所属单位、单位" },
};

static const struct column party_columns[] = {
    { .name = "code", .type = COLUMN_CODE, .required = true, .zh = "单位编码、编码、编号" },
    { .name = "name", .type = COLUMN_TEXT, .required = true, .zh = "单位名称、名称、单位" },
    { .name = "name_en", .type = COLUMN_TEXT, .zh = "英文名" },
    { .name = "kind",
      .type = COLUMN_CHOICE,
      .required = true,
      .choices = party_names,
      .zh = "类别、单位类别" },
    { .name = "area", .type = COLUMN_AREA, .zh = "区划编码、网格编码、所在区划" },
    { .name = "email", .type = COLUMN_EMAIL, .zh = "邮箱、电子邮箱" },
    { .name = "phone", .type = COLUMN_PHONE, .zh = "电话、联系电话" },
    { .name = "calendar", .type = COLUMN_CODE, .zh = "日历" },
};

/* Moves email and phone into "contact". */
static void gather_contact(struct json_object *row)
{
    struct json_object *contact = json_object_new_object();
    static const char *const members[] = { "email", "phone" };
    for (size_t i = 0; i < WG_COUNT(members); i++) {
        const char *value = wg_json_text(row, members[i]);
        if (value != NULL)
            json_object_object_add(contact, members[i], json_object_new_string(value));
        json_object_object_del(row, members[i]);
    }
    bool has_email = wg_json_get(contact, "email") != NULL;
    json_object_object_add(row, "has_email", json_object_new_boolean(has_email));
    if (json_object_object_length(contact) > 0)
        json_object_object_add(row, "contact", contact);
    else
        wg_json_put(&contact);
}

/* Turns "leader@410103007012003" into {"post": …, "area": …}. */
static void judge_posts(const struct line *line, struct json_object *row, struct faults *faults)
{
    struct json_object *entries = wg_json_get(row, "posts");
    struct json_object *list = json_object_new_array();
    for (size_t i = 0; entries != NULL && i < json_object_array_length(entries); i++) {
        const char *entry = json_object_get_string(json_object_array_get_idx(entries, i));
        const char *sign = strchr(entry, '@');
        WG_AUTO(wg_free) char *post = wg_strndup(entry, sign == NULL ? 0 : (size_t)(sign - entry));
        if (sign == NULL || !wg_area_valid(sign + 1)) {
            faults_add(faults, line->number, "posts", "post-entry", entry);
        } else if (!post_known(post)) {
            faults_add(faults, line->number, "posts", "post", entry);
        } else {
            struct json_object *holds = json_object_new_object();
            json_object_object_add(holds, "post", json_object_new_string(post));
            json_object_object_add(holds, "area", json_object_new_string(sign + 1));
            json_object_array_add(list, holds);
        }
    }
    json_object_object_add(row, "posts", list);
}

static void name_in_english(struct json_object *row)
{
    const char *name = wg_json_text(row, "name");
    if (wg_json_text(row, "name_en") == NULL && name != NULL)
        json_object_object_add(row, "name_en", json_object_new_string(name));
}

static void judge_staff(const struct line *line, struct json_object *row, struct faults *faults)
{
    name_in_english(row);
    gather_contact(row);
    judge_posts(line, row, faults);
    if (wg_json_get(row, "tags") == NULL)
        json_object_object_add(row, "tags", json_object_new_array());
}

static void judge_party(const struct line *line, struct json_object *row, struct faults *faults)
{
    name_in_english(row);
    gather_contact(row);
}

const struct kind staff_kind = {
    .name = "staff",
    .columns = staff_columns,
    .n = WG_COUNT(staff_columns),
    .judge = judge_staff,
};

const struct kind party_kind = {
    .name = "parties",
    .columns = party_columns,
    .n = WG_COUNT(party_columns),
    .judge = judge_party,
};
