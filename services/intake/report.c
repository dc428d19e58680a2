/* The contract of POST /reports, field by field: schema/openapi.yaml says the same. */
#include "services/intake/report.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "common/position.h"
#include "common/text.h"

enum { TEXT_MOST = 10000, YEARS_BACK = 10 };

struct judge {
    struct report *report;
    const struct report_known *known;
    struct wg_problem *problem; /* from the first fault on */
};

static void fault(struct judge *judge, const char *pointer, const char *zh, const char *en)
{
    if (judge->problem == NULL)
        judge->problem =
            wg_problem_new(422, "invalid-report", "反映内容有误", "The report has faults");
    wg_problem_error(judge->problem, pointer, zh, en);
}

/* ---- members that are strings */

static const char *text_of(struct judge *judge, struct json_object *value, const char *pointer,
                           size_t most)
{
    char zh[96], en[96];
    if (!json_object_is_type(value, json_type_string)) {
        fault(judge, pointer, "应是字符串", "must be a string");
        return NULL;
    }
    const char *text = json_object_get_string(value);
    size_t length = (size_t)json_object_get_string_len(value), count = wg_utf8_count(text, length);
    if (count >= 1 && count <= most)
        return text;
    snprintf(zh, sizeof zh, "应为 1 至 %zu 个字", most);
    snprintf(en, sizeof en, "must have 1 to %zu characters", most);
    fault(judge, pointer, zh, en);
    return NULL;
}

static void one_of(struct judge *judge, const char *value, const char *pointer,
                   const char *const *choices)
{
    char zh[200] = "应为其中之一：", en[200] = "must be one of: ";
    for (size_t i = 0; value != NULL && choices[i] != NULL; i++)
        if (strcmp(value, choices[i]) == 0)
            return;
    for (size_t i = 0; choices[i] != NULL; i++) {
        size_t at_zh = strlen(zh), at_en = strlen(en);
        snprintf(zh + at_zh, sizeof zh - at_zh, "%s%s", i == 0 ? "" : "、", choices[i]);
        snprintf(en + at_en, sizeof en - at_en, "%s%s", i == 0 ? "" : ", ", choices[i]);
    }
    if (value != NULL)
        fault(judge, pointer, zh, en);
}

/* False: it is no time. */
static bool time_of(struct judge *judge, struct json_object *value, const char *pointer,
                    int64_t *ret_time)
{
    if (json_object_is_type(value, json_type_string) &&
        wg_time_parse(json_object_get_string(value), ret_time) == 0)
        return true;
    fault(judge, pointer, "应是带时区的时间，如 2026-11-23T08:00:00+08:00",
          "must be a time with its offset, such as 2026-11-23T08:00:00+08:00");
    return false;
}

static bool flag_of(struct judge *judge, struct json_object *value, const char *pointer)
{
    if (json_object_is_type(value, json_type_boolean))
        return json_object_get_boolean(value) != 0;
    fault(judge, pointer, "应是 true 或 false", "must be true or false");
    return false;
}

static bool given(struct json_object *object, const char *name)
{
    return json_object_object_get_ex(object, name, NULL) != 0;
}

/* ---- each member of the report; the table below names them */

static void take_text(struct judge *judge, struct json_object *value)
{
    judge->report->text = text_of(judge, value, "/text", TEXT_MOST);
    if (judge->report->text == NULL)
        return;
    for (const char *at = judge->report->text; *at != '\0'; at++)
        if (strchr(" \t\r\n", *at) == NULL)
            return;
    fault(judge, "/text", "不能只有空白", "must not be blank");
}

static void take_category(struct judge *judge, struct json_object *value)
{
    const char *code = text_of(judge, value, "/category", 40);
    if (code != NULL && !judge->known->category(code, judge->known->arg))
        fault(judge, "/category", "没有这个类别（见 GET /api/v1/categories）",
              "no such category (see GET /api/v1/categories)");
    judge->report->category = code;
}

static void take_area(struct judge *judge, struct json_object *value)
{
    const char *code = text_of(judge, value, "/area", 17);
    if (code != NULL && !judge->known->area(code, judge->known->arg))
        fault(judge, "/area", "没有这个区域（见 GET /api/v1/areas）",
              "no such area (see GET /api/v1/areas)");
    judge->report->area = code;
}

static double degrees(struct judge *judge, struct json_object *value, const char *pointer,
                      double most)
{
    char zh[64], en[64];
    bool number =
        json_object_is_type(value, json_type_double) || json_object_is_type(value, json_type_int);
    double degree = json_object_get_double(value);
    if (number && isfinite(degree) && fabs(degree) <= most)
        return degree;
    snprintf(zh, sizeof zh, "应是 -%.0f 至 %.0f 的数", most, most);
    snprintf(en, sizeof en, "must be a number from -%.0f to %.0f", most, most);
    fault(judge, pointer, zh, en);
    return 0;
}

static void take_lat(struct judge *judge, struct json_object *value)
{
    judge->report->lat = degrees(judge, value, "/lat", 90);
    judge->report->has_point = true;
}

static void take_lon(struct judge *judge, struct json_object *value)
{
    judge->report->lon = degrees(judge, value, "/lon", 180);
    judge->report->has_point = true;
}

static void take_crs(struct judge *judge, struct json_object *value)
{
    static const char *const choices[] = { "wgs84", "gcj02", "bd09", "cgcs2000", NULL };
    judge->report->crs = text_of(judge, value, "/crs", 16);
    one_of(judge, judge->report->crs, "/crs", choices);
}

static void take_address(struct judge *judge, struct json_object *value)
{
    judge->report->address = text_of(judge, value, "/address", 300);
}

static void take_channel(struct judge *judge, struct json_object *value)
{
    static const char *const choices[] = { "web",   "phone",  "counter", "wechat",
                                           "paper", "patrol", "system",  NULL };
    judge->report->channel = text_of(judge, value, "/channel", 32);
    one_of(judge, judge->report->channel, "/channel", choices);
}

static void take_language(struct judge *judge, struct json_object *value)
{
    static const char *const choices[] = { "zh", "en", NULL };
    judge->report->language = text_of(judge, value, "/language", 8);
    one_of(judge, judge->report->language, "/language", choices);
}

static void take_on_behalf(struct judge *judge, struct json_object *value)
{
    judge->report->on_behalf = flag_of(judge, value, "/on_behalf");
    if (judge->report->on_behalf && !judge->known->staff)
        fault(judge, "/on_behalf", "只有工作人员的密钥可以代录",
              "only a key of a member of staff may enter for others");
}

static void take_training(struct judge *judge, struct json_object *value)
{
    judge->report->training = flag_of(judge, value, "/training");
}

static void take_backfilled(struct judge *judge, struct json_object *value)
{
    judge->report->backfilled = flag_of(judge, value, "/backfilled");
    if (judge->report->backfilled && !judge->known->staff)
        fault(judge, "/backfilled", "只有工作人员可以补录",
              "only staff may enter what happened earlier");
}

static void take_handled(struct judge *judge, struct json_object *value)
{
    judge->report->handled = text_of(judge, value, "/handled", 1000);
    if (!judge->known->staff)
        fault(judge, "/handled", "只有工作人员可以自采自处",
              "only staff may report what they have dealt with themselves");
}

static void take_occurred_at(struct judge *judge, struct json_object *value)
{
    const int64_t day = INT64_C(86400) * 1000000;
    int64_t at = 0;
    bool time = time_of(judge, value, "/occurred_at", &at);
    judge->report->occurred_at = at;
    if (time &&
        (at > judge->known->now + day / 24 || at < judge->known->now - YEARS_BACK * 366 * day))
        fault(judge, "/occurred_at", "不能在将来，也不能早于十年前",
              "must not lie in the future, nor more than ten years back");
}

static void refuse_later(struct judge *judge, const char *pointer)
{
    fault(judge, pointer, "此字段尚未启用", "this field does not work yet");
}

static void take_joins(struct judge *judge, struct json_object *value)
{
    (void)value;
    refuse_later(judge, "/joins");
}

static void take_attributes(struct judge *judge, struct json_object *value)
{
    (void)value;
    refuse_later(judge, "/attributes");
}

static void unknown_member(struct judge *judge, const char *parent, const char *name)
{
    struct wg_text pointer = { 0 };
    wg_text_put(&pointer, parent);
    wg_text_put(&pointer, "/");
    for (const char *at = name; *at != '\0' && pointer.length < 200; at++) {
        if (*at == '~' || *at == '/')
            wg_text_put(&pointer, *at == '~' ? "~0" : "~1");
        else
            wg_text_add(&pointer, at, 1);
    }
    if (!wg_utf8_valid(pointer.bytes, pointer.length)) /* cut inside a character */
        pointer.length = wg_utf8_prefix(pointer.bytes, pointer.length, 60);
    pointer.bytes[pointer.length] = '\0';
    fault(judge, pointer.bytes, "没有这个字段", "there is no such field");
    wg_text_destroy(&pointer);
}

static void take_reporter(struct judge *judge, struct json_object *value)
{
    struct report *report = judge->report;
    if (!json_object_is_type(value, json_type_object)) {
        fault(judge, "/reporter", "应是对象", "must be an object");
        return;
    }
    report->has_reporter = true;
    json_object_object_foreach(value, key, member)
    {
        if (strcmp(key, "name") == 0)
            report->name = text_of(judge, member, "/reporter/name", 100);
        else if (strcmp(key, "phone") == 0)
            report->phone = text_of(judge, member, "/reporter/phone", 32);
        else if (strcmp(key, "email") == 0)
            report->email = text_of(judge, member, "/reporter/email", 254);
        else if (strcmp(key, "consent") == 0)
            report->consent = flag_of(judge, member, "/reporter/consent");
        else
            unknown_member(judge, "/reporter", key);
    }
    if (report->phone != NULL && strspn(report->phone, "0123456789+-() ") != strlen(report->phone))
        fault(judge, "/reporter/phone", "只能有数字、空格和 +-()",
              "may hold digits, spaces and +-() only");
    const char *at = report->email == NULL ? NULL : strchr(report->email, '@');
    if (report->email != NULL &&
        (at == NULL || at == report->email || at[1] == '\0' || strchr(at + 1, '@') != NULL ||
         strpbrk(report->email, " \t\r\n<>,;\"\\") != NULL))
        fault(judge, "/reporter/email", "不是邮件地址", "is no mail address");
}

/* An instruction on paper, a petition, an order that was read out: staff enter it with its number.
 */
static bool entered_by_hand(const struct judge *judge)
{
    const char *name = judge->report->source_system;
    size_t length = strlen(name);
    for (const char *at = judge->known->sources; judge->known->staff && *at != '\0';) {
        size_t word = strcspn(at, " ");
        if (word == length && strncmp(at, name, length) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

static void take_source(struct judge *judge, struct json_object *value)
{
    struct report *report = judge->report;
    if (!json_object_is_type(value, json_type_object)) {
        fault(judge, "/source", "应是对象", "must be an object");
        return;
    }
    json_object_object_foreach(value, key, member)
    {
        if (strcmp(key, "system") == 0)
            report->source_system = text_of(judge, member, "/source/system", 64);
        else if (strcmp(key, "id") == 0)
            report->source_id = text_of(judge, member, "/source/id", 128);
        else if (strcmp(key, "due_at") == 0)
            time_of(judge, member, "/source/due_at", &report->source_due_at);
        else if (strcmp(key, "return_by") == 0)
            time_of(judge, member, "/source/return_by", &report->source_return_by);
        else
            unknown_member(judge, "/source", key);
    }
    if (!given(value, "system"))
        fault(judge, "/source/system", "必填", "is required");
    if (!given(value, "id"))
        fault(judge, "/source/id", "必填", "is required");
    if (report->source_system != NULL && strcmp(report->source_system, judge->known->system) != 0 &&
        !entered_by_hand(judge))
        fault(judge, "/source/system", "只接受该系统自己的密钥，或工作人员登记的来源",
              "is taken with that system's own key, or from staff where it is a source that they "
              "enter");
}

/* Whether there is such a person is not said: who complains need not know, and nobody may ask. */
static void take_about(struct judge *judge, struct json_object *value)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    const char *code = text_of(judge, value, "/about", 64);
    if (code != NULL && strspn(code, letters) != strlen(code))
        fault(judge, "/about", "应是工作人员的代码", "must be the code of a member of staff");
    judge->report->about = code;
}

static const struct {
    const char *name;
    void (*take)(struct judge *judge, struct json_object *value);
} members[] = {
    { "text", take_text },
    { "category", take_category },
    { "lat", take_lat },
    { "lon", take_lon },
    { "crs", take_crs },
    { "address", take_address },
    { "area", take_area },
    { "reporter", take_reporter },
    { "channel", take_channel },
    { "source", take_source },
    { "on_behalf", take_on_behalf },
    { "joins", take_joins },
    { "training", take_training },
    { "occurred_at", take_occurred_at },
    { "backfilled", take_backfilled },
    { "handled", take_handled },
    { "attributes", take_attributes },
    { "language", take_language },
    { "about", take_about },
};

static void take_member(struct judge *judge, const char *name, struct json_object *value)
{
    for (size_t i = 0; i < WG_COUNT(members); i++) {
        if (strcmp(name, members[i].name) != 0)
            continue;
        members[i].take(judge, value);
        return;
    }
    unknown_member(judge, "", name);
}

/* What only shows when all members are known. */
static void judge_whole(struct judge *judge)
{
    struct report *report = judge->report;
    if (!given(report->json, "text"))
        fault(judge, "/text", "必填", "is required");
    bool lat = given(report->json, "lat"), lon = given(report->json, "lon");
    if (lat != lon)
        fault(judge, lat ? "/lon" : "/lat", "经纬度应一起给出", "lat and lon go together");
    if (report->crs != NULL && !lat && !lon)
        fault(judge, "/crs", "没有坐标", "is given without a point");
    if (report->backfilled && !given(report->json, "occurred_at"))
        fault(judge, "/occurred_at", "补录须填发生时间", "is required where it is entered later");
    if (report->handled != NULL && (report->has_reporter || report->source_system != NULL))
        fault(judge, "/handled", "他人反映的事项须核查、回访，不能自采自处",
              "what somebody else said is checked, and they are asked");
    if (report->channel == NULL)
        report->channel = report->source_system == NULL ? "web"
                          : judge->known->staff         ? "counter"
                                                        : "system";
}

struct wg_problem *report_decode(struct report *report, struct json_object **json,
                                 const struct report_known *known)
{
    struct judge judge = { .report = report, .known = known };
    *report = (struct report){ .json = *json };
    *json = NULL;
    json_object_object_foreach(report->json, name, value)
    {
        take_member(&judge, name, value);
    }
    judge_whole(&judge);
    return judge.problem;
}

void report_clear(struct report *report)
{
    json_object_put(report->json);
    *report = (struct report){ 0 };
}
