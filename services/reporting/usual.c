#include "services/reporting/usual.h"

#include <inttypes.h>

#include "common/clock.h"
#include "common/db.h"
#include "common/text.h"

#include "services/reporting/answer.h"
#include "services/reporting/day.h"
#include "services/reporting/spans.h"
#include "services/reporting/store.h"

enum { DAYS = 90 };
static const int64_t HOUR = 3600 * INT64_C(1000000);

int32_t usual_since(int64_t now)
{
    return day_of(now) - DAYS;
}

static void put_span(struct wg_text *text, int64_t span_us, bool english)
{
    int64_t hours = (span_us + HOUR - 1) / HOUR;
    if (hours < 48)
        wg_text_printf(text, english ? "%" PRId64 " hours" : "%" PRId64 "小时", hours);
    else
        wg_text_printf(text, english ? "%" PRId64 " days" : "%" PRId64 "天", (hours + 23) / 24);
}

static void put_words(struct json_object *item, const char *area, int64_t samples,
                      const int64_t spans[2], bool english)
{
    WG_AUTO(wg_text_destroy) struct wg_text text = { 0 };
    wg_text_printf(&text,
                   english ? "In %s half of such cases were closed within "
                           : "%s近90天同类事项，半数在",
                   area);
    put_span(&text, spans[0], english);
    wg_text_put(&text, english ? ", nine in ten within " : "内办结，九成在");
    put_span(&text, spans[1], english);
    wg_text_printf(&text, english ? " (90 days, %" PRId64 " cases)" : "内办结（%" PRId64 "件）",
                   samples);
    answer_text(item, "text", text.bytes);
}

static void put_hours(struct json_object *item, const char *key, int64_t span_us)
{
    json_object_object_add(item, key,
                           json_object_new_double((double)((span_us * 10 + HOUR / 2) / HOUR) / 10));
}

/* NULL: too few. */
static struct json_object *of_area(const PGresult *rows, bool street, bool english)
{
    int64_t counts[SPANS] = { 0 }, samples = 0;
    const char *area = NULL;
    for (int row = 0; row < PQntuples(rows); row++) {
        int64_t bucket = wg_get_i64(rows, row, USUAL_BUCKET);
        if (wg_get_bool(rows, row, USUAL_STREET) != street || bucket < 0 || bucket >= SPANS)
            continue;
        counts[bucket] += wg_get_i64(rows, row, USUAL_N);
        samples += wg_get_i64(rows, row, USUAL_N);
        area = wg_get_text(rows, row, english ? USUAL_NAME_EN : USUAL_NAME);
    }
    const int64_t spans[2] = { spans_quantile_us(counts, 50), spans_quantile_us(counts, 90) };
    if (spans[0] == 0)
        return NULL;
    struct json_object *item = json_object_new_object();
    answer_text(item, "area", area == NULL ? "" : area);
    put_hours(item, "p50_hours", spans[0]);
    put_hours(item, "p90_hours", spans[1]);
    json_object_object_add(item, "samples", json_object_new_int64(samples));
    put_words(item, area == NULL ? "" : area, samples, spans, english);
    return item;
}

struct json_object *usual_answer(const PGresult *rows, bool english)
{
    struct json_object *item = of_area(rows, true, english);
    return item != NULL ? item : of_area(rows, false, english);
}
