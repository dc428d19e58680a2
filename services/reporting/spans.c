#include "services/reporting/spans.h"

static const int64_t MINUTE = INT64_C(60000000);

static int64_t edge_minutes(int bucket)
{
    int64_t edge = 0;
    for (int i = 0; i < bucket; i++)
        edge = edge < 10 ? edge + 1 : edge + edge / 10;
    return edge;
}

int spans_bucket(int64_t span_us)
{
    int64_t edge = 0, minutes = span_us / MINUTE;
    for (int i = 0; i < SPANS - 1; i++) {
        edge = edge < 10 ? edge + 1 : edge + edge / 10;
        if (minutes < edge)
            return i;
    }
    return SPANS - 1;
}

int64_t spans_quantile_us(const int64_t counts[SPANS], int per_cent)
{
    int64_t all = 0, below = 0;
    for (int i = 0; i < SPANS; i++)
        all += counts[i];
    if (all < SPANS_LEAST)
        return 0;
    for (int i = 0; i < SPANS; i++) {
        below += counts[i];
        if (below * 100 >= all * per_cent)
            return (edge_minutes(i) + edge_minutes(i + 1)) * MINUTE / 2;
    }
    return 0;
}
