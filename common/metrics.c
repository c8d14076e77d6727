/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The numbers of families without a name stand in one array. Each name has an array of its own with
 * all numbers of the families with a name, so that a configuration that is read again keeps them.
 * Where a family's numbers begin is computed by the compiler.
 */
#include <stdlib.h>
#include <string.h>

#include "common/metrics_private.h"

/* --- the lists as tables --- */

#define SIZE_OF(...) (sizeof((const char *[]){__VA_ARGS__}) / sizeof(const char *))
enum {
#define X(id, name, ...) LABEL_SIZE_##id = (int)SIZE_OF(__VA_ARGS__),
    METRICS_LABELS(X)
#undef X
};

#define X(id, name, ...) static const char *const values_of_##id[] = {__VA_ARGS__};
METRICS_LABELS(X)
#undef X

const struct metrics_label_info metrics_labels[METRICS_LABEL_COUNT] = {
#define X(id, name, ...) {name, values_of_##id, SIZE_OF(__VA_ARGS__)},
    METRICS_LABELS(X)
#undef X
};

/* Of a family's labels, (MAPPING, OPERATION): each macro gets three of them, with NONE for what is
 * missing. */
#define UNPACK(...) __VA_ARGS__
#define CALL(macro, ...) macro(__VA_ARGS__)
#define OF_LABELS(macro, labels) CALL(macro, UNPACK labels, NONE, NONE, NONE)

#define LABEL_IDS(a, b, c, ...) METRICS_LABEL_##a, METRICS_LABEL_##b, METRICS_LABEL_##c
#define SERIES(a, b, c, ...) (LABEL_SIZE_##a * LABEL_SIZE_##b * LABEL_SIZE_##c)
#define IS_NAME(a, ...) \
    (METRICS_LABEL_##a == METRICS_LABEL_MAPPING || METRICS_LABEL_##a == METRICS_LABEL_SPREADSHEET)

#define WIDTH_COUNTER 1
#define WIDTH_GAUGE 1
#define WIDTH_MAYBE 1
#define WIDTH_SINCE 1
#define WIDTH_HISTOGRAM METRICS_HISTOGRAM_WIDTH
#define WIDTH_OWN 0
#define NUMBERS(type, labels) (WIDTH_##type * OF_LABELS(SERIES, labels))

/* Each family begins where the one before it has ended. */
enum {
#define X(id, programs, type, unit, name, labels, help) \
    FIXED_##id,                                         \
        FIXED_LAST_##id =                               \
            FIXED_##id + (OF_LABELS(IS_NAME, labels) ? 0 : NUMBERS(type, labels)) - 1,
    METRICS_LIST(X)
#undef X
        FIXED_NUMBERS
};
enum {
#define X(id, programs, type, unit, name, labels, help) \
    NAMED_##id,                                         \
        NAMED_LAST_##id =                               \
            NAMED_##id + (OF_LABELS(IS_NAME, labels) ? NUMBERS(type, labels) : 0) - 1,
    METRICS_LIST(X)
#undef X
        NAMED_NUMBERS
};

#define R METRICS_REPLICATOR
#define W METRICS_WEBHOOK
#define B (METRICS_REPLICATOR | METRICS_WEBHOOK)
const struct metrics_family metrics_families[METRIC_COUNT] = {
#define X(id, programs, type, unit, name, labels, help) \
    {programs,                                          \
     METRICS_##type,                                    \
     METRICS_##unit,                                    \
     name,                                              \
     help,                                              \
     {OF_LABELS(LABEL_IDS, labels)},                    \
     OF_LABELS(IS_NAME, labels) ? (size_t)NAMED_##id : (size_t)FIXED_##id},
    METRICS_LIST(X)
#undef X
};
#undef R
#undef W
#undef B

const int64_t metrics_bounds_us[METRICS_BOUNDS] = {
    1000,    5000,    10000,   25000,    50000,    100000,   250000,    500000,
    1000000, 2500000, 5000000, 10000000, 30000000, 60000000, 300000000, 1800000000};

/* --- the numbers --- */

/* Never freed: another thread may be counting. */
struct slot {
    char *name;
    struct slot *next;
    _Atomic int64_t numbers[NAMED_NUMBERS];
};

static _Atomic int64_t fixed[FIXED_NUMBERS];
static struct slot *slots[METRICS_LABEL_COUNT]; /* all names that there ever were */
static struct slot *_Atomic bound[2][METRICS_NAMES_MAX];

static size_t kind_of_name(enum metrics_label label)
{
    return label == METRICS_LABEL_MAPPING ? 0 : 1;
}

bool metrics_is_named(const struct metrics_family *f)
{
    return f->labels[0] == METRICS_LABEL_MAPPING || f->labels[0] == METRICS_LABEL_SPREADSHEET;
}

static struct slot *find_bound(enum metrics_label label, size_t i)
{
    return i < METRICS_NAMES_MAX
               ? atomic_load_explicit(&bound[kind_of_name(label)][i], memory_order_acquire)
               : NULL;
}

const char *metrics_bound_name(enum metrics_label label, size_t i)
{
    const struct slot *slot = find_bound(label, i);

    return slot == NULL ? NULL : slot->name;
}

static size_t width_of(const struct metrics_family *f)
{
    return f->type == METRICS_HISTOGRAM ? METRICS_HISTOGRAM_WIDTH : 1;
}

_Atomic int64_t *metrics_cell(enum metrics_id id, struct metrics_at at)
{
    const struct metrics_family *f = &metrics_families[id];
    bool is_named = metrics_is_named(f);
    struct slot *slot = is_named ? find_bound(f->labels[0], at.at[0]) : NULL;
    size_t i = 0;

    if (f->type == METRICS_OWN || (is_named && slot == NULL))
        return NULL;
    for (size_t l = is_named ? 1 : 0; l < METRICS_LABELS_MAX; l++) {
        if (at.at[l] >= metrics_labels[f->labels[l]].n)
            return NULL;
        i = i * metrics_labels[f->labels[l]].n + at.at[l];
    }
    return (is_named ? slot->numbers : fixed) + f->place + i * width_of(f);
}

/* What is not known before it is set is kept with its highest bit turned: all is zero at first. */
static int64_t turned(const struct metrics_family *f, int64_t value)
{
    return f->type == METRICS_MAYBE ? value ^ INT64_MIN : value;
}

int64_t metrics_load(const struct metrics_family *f, const _Atomic int64_t *cell)
{
    return turned(f, atomic_load_explicit(cell, memory_order_relaxed));
}

void metrics_add_at(enum metrics_id id, int64_t n, struct metrics_at at)
{
    _Atomic int64_t *cell = metrics_cell(id, at);

    if (cell != NULL)
        atomic_fetch_add_explicit(cell, n, memory_order_relaxed);
}

void metrics_set_at(enum metrics_id id, int64_t value, struct metrics_at at)
{
    _Atomic int64_t *cell = metrics_cell(id, at);

    if (cell != NULL)
        atomic_store_explicit(cell, turned(&metrics_families[id], value), memory_order_relaxed);
}

int64_t metrics_get_at(enum metrics_id id, struct metrics_at at)
{
    const struct metrics_family *f = &metrics_families[id];
    const _Atomic int64_t *cell = metrics_cell(id, at);
    int64_t n = 0;

    if (cell == NULL)
        return f->type == METRICS_MAYBE ? METRICS_UNKNOWN : 0;
    if (f->type != METRICS_HISTOGRAM)
        return metrics_load(f, cell);
    for (size_t b = 0; b <= METRICS_BOUNDS; b++)
        n += metrics_load(f, &cell[b]);
    return n;
}

void metrics_since_at(enum metrics_id id, int64_t us, struct metrics_at at)
{
    _Atomic int64_t *cell = metrics_cell(id, at);
    int64_t none = 0;

    if (cell != NULL && atomic_load_explicit(cell, memory_order_relaxed) == 0)
        atomic_compare_exchange_strong_explicit(cell, &none, us, memory_order_relaxed,
                                                memory_order_relaxed);
}

void metrics_observe_at(enum metrics_id id, int64_t us, struct metrics_at at)
{
    _Atomic int64_t *cell = metrics_cell(id, at);
    size_t b = 0;

    if (cell == NULL)
        return;
    if (us < 0)
        us = 0;
    while (b < METRICS_BOUNDS && us > metrics_bounds_us[b])
        b++;
    atomic_fetch_add_explicit(&cell[b], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&cell[METRICS_BOUNDS + 1], us, memory_order_relaxed);
}

void metrics_set_state(enum metrics_id id, size_t name, size_t state)
{
    const struct metrics_family *f = &metrics_families[id];

    for (size_t i = 0; i < metrics_labels[f->labels[1]].n; i++)
        metrics_set(id, i == state, name, i);
}

/* --- names --- */

size_t metrics_place(enum metrics_label label, const char *text)
{
    const struct metrics_label_info *info = &metrics_labels[label];
    bool is_named = label == METRICS_LABEL_MAPPING || label == METRICS_LABEL_SPREADSHEET;
    size_t n = is_named ? METRICS_NAMES_MAX : info->n;

    for (size_t i = 0; i < n; i++) {
        const char *value = is_named ? metrics_bound_name(label, i) : info->values[i];

        if (value == NULL)
            break;
        if (strcmp(value, text) == 0)
            return i;
    }
    return METRICS_NOWHERE;
}

static struct slot *get_slot(enum metrics_label label, const char *name)
{
    struct slot *slot = slots[label];

    while (slot != NULL && strcmp(slot->name, name) != 0)
        slot = slot->next;
    if (slot != NULL)
        return slot;
    slot = calloc(1, sizeof(*slot));
    if (slot == NULL || (slot->name = strdup(name)) == NULL) {
        free(slot);
        return NULL;
    }
    slot->next = slots[label];
    slots[label] = slot;
    return slot;
}

int metrics_names(enum metrics_label label, const char *const *names, size_t n, struct err *err)
{
    struct slot *_Atomic *to = bound[kind_of_name(label)];

    for (size_t i = 0; i < METRICS_NAMES_MAX; i++) {
        struct slot *slot = i < n ? get_slot(label, names[i]) : NULL;

        if (i < n && slot == NULL)
            return err_nomem(err, "metrics");
        atomic_store_explicit(&to[i], slot, memory_order_release);
    }
    return 0;
}
