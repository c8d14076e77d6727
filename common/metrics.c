/* SPDX-License-Identifier: Apache-2.0 */
#include "common/metrics.h"
#include "common/version.h"

#include <inttypes.h>
#include <stdatomic.h>

static _Atomic int64_t values[METRIC_COUNT];

static const struct {
    int programs;
    const char *type, *name, *help;
} list[METRIC_COUNT] = {
#define X(id, programs, type, name, help) {programs, type, name, help},
    METRICS_LIST(X)
#undef X
};

void metrics_add(enum metrics_id id, int64_t n)
{
    atomic_fetch_add_explicit(&values[id], n, memory_order_relaxed);
}

void metrics_set(enum metrics_id id, int64_t value)
{
    atomic_store_explicit(&values[id], value, memory_order_relaxed);
}

int64_t metrics_get(enum metrics_id id)
{
    return atomic_load_explicit(&values[id], memory_order_relaxed);
}

void metrics_render(enum metrics_program program, struct buf *out)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if ((list[i].programs & (int)program) != 0)
            buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", list[i].name,
                       list[i].help, list[i].name, list[i].type, list[i].name,
                       metrics_get((enum metrics_id)i));
    buf_printf(out,
               "# HELP tabrelay_build_info The program's version\n"
               "# TYPE tabrelay_build_info gauge\ntabrelay_build_info{version=\"%s\"} 1\n",
               TABRELAY_VERSION);
}
