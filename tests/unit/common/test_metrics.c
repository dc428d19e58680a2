/* Promise: a value lands in the smallest bucket that holds it, and the page is the text format
 * 0.0.4. */
#include <stdio.h>
#include <string.h>

#include "common/memory.h"
#include "common/metrics.h"
#include "common/text.h"

#include "tests/unit/test.h"

static bool printed(const char *line)
{
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    wg_metrics_print(&out);
    return strstr(out.bytes, line) != NULL;
}

static void test_counter_and_gauge(void **state)
{
    struct wg_metric *counter = wg_counter("wangge_test_taken_total", "Taken.");
    struct wg_metric *gauge = wg_gauge("wangge_test_depth", "Depth.");
    wg_count(counter, 2);
    wg_count(counter, 40);
    wg_set(gauge, 1.5);
    assert_int_equal(wg_counted(counter), 42);
    assert_ptr_equal(counter, wg_counter("wangge_test_taken_total", "Taken."));
    assert_true(
        printed("# HELP wangge_test_taken_total Taken.\n# TYPE wangge_test_taken_total counter\n"
                "wangge_test_taken_total 42\n"));
    assert_true(printed("# TYPE wangge_test_depth gauge\nwangge_test_depth 1.5\n"));
    wg_set(gauge, 9007199254740991.0);
    assert_true(printed("wangge_test_depth 9.00719925474099e+15\n"));
}

static const struct {
    int64_t value;
    const char *le;
} time_rows[] = {
    { -5, "0.0001" },      { 0, "0.0001" },           { 100, "0.0001" },
    { 101, "0.0002" },     { 200, "0.0002" },         { 201, "0.0004" },
    { 400, "0.0004" },     { 104857600, "104.8576" }, { 52428801, "104.8576" },
    { 104857601, "+Inf" }, { INT64_MAX / 4, "+Inf" },
};

/* The number in a line of the page; -1 where there is no such line. */
static long long value_of(const char *line_start)
{
    WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
    wg_metrics_print(&out);
    const char *at = strstr(out.bytes, line_start);
    return at == NULL ? -1 : strtoll(at + strlen(line_start), NULL, 10);
}

static void test_time_buckets(void **state)
{
    for (size_t i = 0; i < WG_COUNT(time_rows); i++) {
        char name[80], line[256];
        snprintf(name, sizeof name, "wangge_test_%zu_seconds", i);
        struct wg_metric *metric = wg_histogram(name, "Time.");
        wg_observe(metric, time_rows[i].value);
        snprintf(line, sizeof line, "%s_bucket{le=\"%s\"} ", name, time_rows[i].le);
        ROW(line, value_of(line) == 1);
        snprintf(line, sizeof line, "%s_count ", name);
        ROW(line, value_of(line) == 1);
        /* The bucket before it is empty: buckets count up. */
        WG_AUTO(wg_text_destroy) struct wg_text out = { 0 };
        wg_metrics_print(&out);
        snprintf(line, sizeof line, "%s_bucket{le=\"%s\"} 1\n%s_", name, time_rows[i].le, name);
        const char *at = strstr(out.bytes, line);
        ROW(line, at != NULL && at[-2] == (strcmp(time_rows[i].le, "0.0001") == 0 ? 'm' : '0'));
    }
}

static void test_sizes(void **state)
{
    struct wg_metric *metric = wg_sizes("wangge_test_batch_items", "Items.");
    wg_observe(metric, 1);
    wg_observe(metric, 2);
    wg_observe(metric, 3);
    wg_observe(metric, 500);
    wg_observe(metric, 65536);
    wg_observe(metric, 65537);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"1\"} "), 1);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"2\"} "), 2);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"4\"} "), 3);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"256\"} "), 3);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"512\"} "), 4);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"65536\"} "), 5);
    assert_int_equal(value_of("wangge_test_batch_items_bucket{le=\"+Inf\"} "), 6);
    assert_int_equal(value_of("wangge_test_batch_items_sum "), 1 + 2 + 3 + 500 + 65536 + 65537);
    assert_int_equal(value_of("wangge_test_batch_items_count "), 6);
}

static void test_labels(void **state)
{
    struct wg_metric *one = wg_counter("wangge_test_sent_total{channel=\"inbox\"}", "Sent.");
    struct wg_metric *between =
        wg_counter("wangge_test_sent", "Another family with the same beginning.");
    struct wg_metric *other = wg_counter("wangge_test_sent_total{channel=\"mail\"}", "Sent.");
    struct wg_metric *timed = wg_histogram("wangge_test_wait_seconds{stage=\"a\"}", "Wait.");
    wg_count(one, 1);
    wg_count(between, 2);
    wg_count(other, 3);
    wg_observe(timed, 2000000);
    assert_true(printed(
        "# TYPE wangge_test_sent_total counter\nwangge_test_sent_total{channel=\"inbox\"} 1\n"
        "wangge_test_sent_total{channel=\"mail\"} 3\n"));
    assert_true(printed("# TYPE wangge_test_sent counter\nwangge_test_sent 2\n"));
    assert_true(printed("wangge_test_wait_seconds_bucket{stage=\"a\",le=\"3.2768\"} 1\n"));
    assert_true(printed("wangge_test_wait_seconds_sum{stage=\"a\"} 2\n"));
    assert_true(printed("wangge_test_wait_seconds_count{stage=\"a\"} 1\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_counter_and_gauge),
        cmocka_unit_test(test_time_buckets),
        cmocka_unit_test(test_sizes),
        cmocka_unit_test(test_labels),
    };
    return cmocka_run_group_tests_name("metrics", tests, NULL, NULL);
}
