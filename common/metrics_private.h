/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_private: where the numbers are; for metrics.c and metrics_render.c only. */
#ifndef COMMON_METRICS_PRIVATE_H
#define COMMON_METRICS_PRIVATE_H

#include <stdatomic.h>
#include <stdbool.h>

#include "common/metrics.h"

enum metrics_type {
    METRICS_COUNTER,
    METRICS_GAUGE,
    METRICS_MAYBE,
    METRICS_SINCE,
    METRICS_HISTOGRAM,
    METRICS_OWN,
};
enum metrics_unit { METRICS_ONE, METRICS_MS, METRICS_US };

struct metrics_family {
    int programs; /* enum metrics_program, ored */
    enum metrics_type type;
    enum metrics_unit unit;
    const char *name, *help;
    enum metrics_label labels[METRICS_LABELS_MAX]; /* NONE: no more */
    size_t place;                                  /* of its first number */
};
struct metrics_label_info {
    const char *name;
    const char *const *values;
    size_t n;
};

extern const struct metrics_family metrics_families[METRIC_COUNT];
extern const struct metrics_label_info metrics_labels[METRICS_LABEL_COUNT];

/* A histogram's numbers are one a bucket, one for what is above the last bound, and the sum. */
enum { METRICS_BOUNDS = 16, METRICS_HISTOGRAM_WIDTH = METRICS_BOUNDS + 2 };
extern const int64_t metrics_bounds_us[METRICS_BOUNDS];

/* Is the family's first label one of names? */
bool metrics_is_named(const struct metrics_family *f);
/* The I-th name of LABEL that is bound; NULL: there is none. */
const char *metrics_bound_name(enum metrics_label label, size_t i);
/* A series' first number; NULL: there is no such series. */
_Atomic int64_t *metrics_cell(enum metrics_id id, struct metrics_at at);
int64_t metrics_load(const struct metrics_family *f, const _Atomic int64_t *cell);
#endif
