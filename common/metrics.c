/* Counters, gauges and histograms of one process, in one list in the order of their registration.
 * Counting is an addition; a histogram finds its bucket by the position of the highest bit. A name
 * may carry labels, `wangge_taken_total{kind="arrival"}`; a family's members are printed together.
 * A name that is registered twice is the same metric, so that two connections may share one. */
#include "common/metrics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdbool.h>
#include <string.h>

#include "common/memory.h"
#include "common/text.h"

enum kind { COUNTER, GAUGE, HISTOGRAM };
enum { BUCKETS = 22, TIME_BUCKETS = 21, SIZE_BUCKETS = 17, FIRST_TIME = 100 };

struct wg_metric {
    struct wg_metric *next;
    const char *name, *help;
    size_t family; /* length of the name without labels */
    enum kind kind;
    int64_t first;  /* upper bound of the first bucket; each further one doubles it */
    double unit;    /* what a printed value is divided by */
    size_t buckets; /* without +Inf */
    union {
        uint64_t count;
        double value;
        struct {
            uint64_t in[BUCKETS]; /* each its own, summed up when printed */
            int64_t sum;
        };
    };
};

/* Process lifetime. */
static struct wg_metric *metrics, **last = &metrics;

static const char *const kind_names[] = { "counter", "gauge", "histogram" };

static struct wg_metric *add(const char *name, const char *help, enum kind kind)
{
    for (struct wg_metric *metric = metrics; metric != NULL; metric = metric->next) {
        if (strcmp(metric->name, name) == 0) {
            assert(metric->kind == kind);
            return metric;
        }
    }
    struct wg_metric *metric = wg_new(sizeof *metric);
    *metric = (struct wg_metric){ .name = wg_strdup(name), .help = wg_strdup(help), .kind = kind };
    metric->family = strcspn(name, "{");
    *last = metric;
    last = &metric->next;
    return metric;
}

struct wg_metric *wg_counter(const char *name, const char *help)
{
    return add(name, help, COUNTER);
}

struct wg_metric *wg_gauge(const char *name, const char *help)
{
    return add(name, help, GAUGE);
}

struct wg_metric *wg_histogram(const char *name, const char *help)
{
    struct wg_metric *metric = add(name, help, HISTOGRAM);
    metric->first = FIRST_TIME;
    metric->unit = 1e6;
    metric->buckets = TIME_BUCKETS;
    return metric;
}

struct wg_metric *wg_sizes(const char *name, const char *help)
{
    struct wg_metric *metric = add(name, help, HISTOGRAM);
    metric->first = 1;
    metric->unit = 1;
    metric->buckets = SIZE_BUCKETS;
    return metric;
}

void wg_count(struct wg_metric *counter, uint64_t by)
{
    counter->count += by;
}

void wg_set(struct wg_metric *gauge, double value)
{
    gauge->value = value;
}

void wg_observe(struct wg_metric *histogram, int64_t value)
{
    size_t bucket = 0;
    /* value <= first << bucket, for the smallest such bucket; a clock that went back counts as 0.
     */
    if (value < 0)
        value = 0;
    if (value > histogram->first)
        bucket = (size_t)(64 - __builtin_clzll((uint64_t)(value - 1) / (uint64_t)histogram->first));
    if (bucket > histogram->buckets)
        bucket = histogram->buckets;
    histogram->in[bucket]++;
    histogram->sum += value;
}

uint64_t wg_counted(const struct wg_metric *counter)
{
    return counter->count;
}

/* The labels inside the braces; empty where the name has none. */
static void labels_of(const struct wg_metric *metric, const char **ret_labels, int *ret_length)
{
    size_t length = strlen(metric->name);
    bool any = length > metric->family + 2;
    *ret_labels = any ? metric->name + metric->family + 1 : "";
    *ret_length = any ? (int)(length - metric->family - 2) : 0;
}

static void print_histogram(const struct wg_metric *metric, struct wg_text *out)
{
    const char *labels;
    int length, family = (int)metric->family;
    uint64_t sum = 0;
    labels_of(metric, &labels, &length);
    const char *comma = length > 0 ? "," : "";
    for (size_t i = 0; i < metric->buckets; i++) {
        sum += metric->in[i];
        wg_text_printf(out, "%.*s_bucket{%.*s%sle=\"%.9g\"} %" PRIu64 "\n", family, metric->name,
                       length, labels, comma, (double)(metric->first << i) / metric->unit, sum);
    }
    sum += metric->in[metric->buckets];
    wg_text_printf(out, "%.*s_bucket{%.*s%sle=\"+Inf\"} %" PRIu64 "\n", family, metric->name,
                   length, labels, comma, sum);
    wg_text_printf(out, "%.*s_sum%s %.15g\n", family, metric->name, metric->name + metric->family,
                   (double)metric->sum / metric->unit);
    wg_text_printf(out, "%.*s_count%s %" PRIu64 "\n", family, metric->name,
                   metric->name + metric->family, sum);
}

static void print_one(const struct wg_metric *metric, struct wg_text *out)
{
    if (metric->kind == COUNTER)
        wg_text_printf(out, "%s %" PRIu64 "\n", metric->name, metric->count);
    else if (metric->kind == GAUGE)
        wg_text_printf(out, "%s %.15g\n", metric->name, metric->value);
    else
        print_histogram(metric, out);
}

static bool same_family(const struct wg_metric *one, const struct wg_metric *other)
{
    return one->family == other->family && memcmp(one->name, other->name, one->family) == 0;
}

static bool first_of_family(const struct wg_metric *metric)
{
    const struct wg_metric *before = metrics;
    while (before != metric && !same_family(before, metric))
        before = before->next;
    return before == metric;
}

void wg_metrics_print(struct wg_text *out)
{
    for (const struct wg_metric *metric = metrics; metric != NULL; metric = metric->next) {
        if (!first_of_family(metric))
            continue;
        wg_text_printf(out, "# HELP %.*s %s\n# TYPE %.*s %s\n", (int)metric->family, metric->name,
                       metric->help, (int)metric->family, metric->name, kind_names[metric->kind]);
        for (const struct wg_metric *member = metric; member != NULL; member = member->next)
            if (same_family(member, metric))
                print_one(member, out);
    }
}
