/* Prometheus metrics of one process: registered once at start, printed by GET /metrics.
 * Names are wangge_<what>_<unit>; counters end in _total. Nothing here allocates after
 * registration. */
#pragma once

#include <stddef.h>
#include <stdint.h>

struct wg_text;
struct wg_metric;

struct wg_metric *wg_counter(const char *name, const char *help);
struct wg_metric *wg_gauge(const char *name, const char *help);

/* Buckets from 100 µs to 100 s, doubling; observed in microseconds, printed in seconds. */
struct wg_metric *wg_histogram(const char *name, const char *help);

/* The same with sizes: 1, 2, 4 … 65,536. */
struct wg_metric *wg_sizes(const char *name, const char *help);

void wg_count(struct wg_metric *counter, uint64_t by);
void wg_set(struct wg_metric *gauge, double value);
void wg_observe(struct wg_metric *histogram, int64_t value);
uint64_t wg_counted(const struct wg_metric *counter);

/* All of this process's metrics in the text format 0.0.4. */
void wg_metrics_print(struct wg_text *out);
