/* SPDX-License-Identifier: Apache-2.0 */
/* metrics_render: the numbers as text.
 * https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "common/clock.h"
#include "common/metrics_private.h"

static const char *const types[] = {[METRICS_COUNTER] = "counter",
                                    [METRICS_GAUGE] = "gauge",
                                    [METRICS_MAYBE] = "gauge",
                                    [METRICS_SINCE] = "gauge",
                                    [METRICS_HISTOGRAM] = "histogram"};

const char *metrics_name(enum metrics_id id)
{
    return metrics_families[id].name;
}

static bool is_total(const char *name)
{
    size_t len = strlen(name);

    return len > 6 && strcmp(name + len - 6, "_total") == 0;
}

void metrics_put_head(struct buf *out, enum metrics_id id)
{
    const struct metrics_family *f = &metrics_families[id];
    const char *type = f->type != METRICS_OWN ? types[f->type]
                       : is_total(f->name)    ? "counter"
                                              : "gauge";

    buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", f->name, f->help, f->name, type);
}

void metrics_put_value(struct buf *out, const char *text)
{
    for (const char *p = text; *p != '\0'; p++) {
        if (*p == '\n') {
            buf_puts(out, "\\n");
            continue;
        }
        if (*p == '"' || *p == '\\')
            buf_putc(out, '\\');
        buf_putc(out, *p);
    }
}

/* {mapping="a",operation="insert",EXTRA} */
static void put_labels(struct buf *out, const struct metrics_family *f, struct metrics_at at,
                       const char *extra)
{
    char before = '{';

    for (size_t l = 0; l < METRICS_LABELS_MAX && f->labels[l] != METRICS_LABEL_NONE; l++) {
        const struct metrics_label_info *label = &metrics_labels[f->labels[l]];
        bool is_name = l == 0 && metrics_is_named(f);
        const char *value =
            is_name ? metrics_bound_name(f->labels[0], at.at[0]) : label->values[at.at[l]];

        buf_printf(out, "%c%s=\"", before, label->name);
        metrics_put_value(out, value == NULL ? "" : value);
        buf_putc(out, '"');
        before = ',';
    }
    if (extra[0] != '\0')
        buf_printf(out, "%c%s", before, extra);
    if (extra[0] != '\0' || before == ',')
        buf_putc(out, '}');
}

static void put_number(struct buf *out, int64_t value, enum metrics_unit unit)
{
    switch (unit) {
    case METRICS_ONE:
        buf_printf(out, " %" PRId64 "\n", value);
        break;
    case METRICS_MS:
        buf_printf(out, " %.3f\n", (double)value / 1000);
        break;
    case METRICS_US:
        buf_printf(out, " %.6f\n", (double)value / 1000000);
        break;
    }
}

static void put_line(struct buf *out, const struct metrics_family *f, struct metrics_at at,
                     const char *suffix, const char *extra, int64_t value, enum metrics_unit unit)
{
    buf_printf(out, "%s%s", f->name, suffix);
    put_labels(out, f, at, extra);
    put_number(out, value, unit);
}

/* The buckets add up to the count, whatever is counted meanwhile. */
static void put_histogram(struct buf *out, const struct metrics_family *f, struct metrics_at at,
                          const _Atomic int64_t *cell)
{
    int64_t sum = metrics_load(f, &cell[METRICS_BOUNDS + 1]), n = 0;
    char bound[32];

    for (size_t b = 0; b < METRICS_BOUNDS; b++) {
        n += metrics_load(f, &cell[b]);
        snprintf(bound, sizeof(bound), "le=\"%g\"", (double)metrics_bounds_us[b] / 1000000);
        put_line(out, f, at, "_bucket", bound, n, METRICS_ONE);
    }
    n += metrics_load(f, &cell[METRICS_BOUNDS]);
    put_line(out, f, at, "_bucket", "le=\"+Inf\"", n, METRICS_ONE);
    put_line(out, f, at, "_sum", "", sum, METRICS_US);
    put_line(out, f, at, "_count", "", n, METRICS_ONE);
}

static int64_t age_of(int64_t since_us)
{
    int64_t age = clock_wall_us() - since_us;

    return since_us == 0 || age < 0 ? 0 : age;
}

static void put_series(struct buf *out, enum metrics_id id, struct metrics_at at)
{
    const struct metrics_family *f = &metrics_families[id];
    const _Atomic int64_t *cell = metrics_cell(id, at);
    int64_t value = cell == NULL ? METRICS_UNKNOWN : metrics_load(f, cell);

    if (cell == NULL || (f->type == METRICS_MAYBE && value == METRICS_UNKNOWN))
        return;
    if (f->type == METRICS_SINCE)
        value = age_of(value);
    if (f->type == METRICS_HISTOGRAM)
        put_histogram(out, f, at, cell);
    else
        put_line(out, f, at, "", "", value, f->unit);
}

static size_t count_values(const struct metrics_family *f, size_t l)
{
    size_t n = 0;

    if (l > 0 || !metrics_is_named(f))
        return metrics_labels[f->labels[l]].n;
    while (metrics_bound_name(f->labels[0], n) != NULL)
        n++;
    return n;
}

static void put_family(struct buf *out, enum metrics_id id)
{
    const struct metrics_family *f = &metrics_families[id];
    size_t n[METRICS_LABELS_MAX];

    metrics_put_head(out, id);
    for (size_t l = 0; l < METRICS_LABELS_MAX; l++)
        n[l] = count_values(f, l);
    for (size_t a = 0; a < n[0]; a++)
        for (size_t b = 0; b < n[1]; b++)
            for (size_t c = 0; c < n[2]; c++)
                put_series(out, id, (struct metrics_at){{a, b, c}});
}

void metrics_render(enum metrics_program program, struct buf *out)
{
    for (int i = 0; i < METRIC_COUNT; i++)
        if ((metrics_families[i].programs & (int)program) != 0 &&
            metrics_families[i].type != METRICS_OWN)
            put_family(out, (enum metrics_id)i);
}
