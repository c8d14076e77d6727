/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter: what a request points at: A1 texts, GridRanges, DataFilters -> a tab and an area of it.
 *
 * Errors are Google's, ready to send. Pure; any thread.
 */
#ifndef SANDBOX_FILTER_H
#define SANDBOX_FILTER_H

#include "common/json.h"
#include "sandbox/book.h"

struct place {
    const struct tab *tab;
    struct area area; /* bounded, inside the grid */
    bool is_open;     /* no range was written: the whole tab */
};

/* 400: unknown tab, unreadable, or beginning outside the grid. The end is cut to the grid. */
int filter_a1(const struct book *b, const char *text, struct place *out, struct err *err);
/* A GridRange. STRICT: its end may not be outside the grid, either. */
int filter_grid_range(const struct book *b, const cJSON *range, bool is_strict, struct place *out,
                      struct err *err);
/* 400 "No grid with id: N" */
int filter_tab(const struct book *b, const cJSON *object, const char *name, const struct tab **out,
               struct err *err);
/* All places that one DataFilter matches; *OUT is malloc()ed. */
int filter_data(const struct book *b, const cJSON *filter, struct place **out, size_t *n,
                struct err *err);
/* Does METADATA match a DataFilter? (0, 1 or -1) */
int filter_metadata(const struct book *b, const cJSON *filter, const struct metadata *m,
                    struct err *err);
/* 400 "Range (Tab!Z9) exceeds grid limits. Max rows: 5, max columns: 3" */
int filter_exceeds(const struct tab *t, struct area area, struct err *err);
#endif
