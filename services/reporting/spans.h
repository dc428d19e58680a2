/* How long things took, in buckets that grow by a tenth: bucket i holds what took at least the i-th
 * edge and less than the next. So a quantile is known to within five per cent, and a year fits into
 * 160 numbers. Pure. */
#pragma once

#include <stddef.h>
#include <stdint.h>

enum { SPANS = 160, SPANS_LEAST = 20 }; /* below so many samples nothing is said */

/* The bucket of a span; negative spans are in the first. */
int spans_bucket(int64_t span_us);
/* The middle of the bucket in which the given per cent of n samples are reached; 0: too few. */
int64_t spans_quantile_us(const int64_t counts[SPANS], int per_cent);
