/* SPDX-License-Identifier: Apache-2.0 */
/* summary_rows: the tables and the types of events in the order in which a summary shows them. */
#ifndef CLI_EVENTS_SUMMARY_ROWS_H
#define CLI_EVENTS_SUMMARY_ROWS_H

#include <stddef.h>

#include "cli/events/summary.h"

/* The tables that had rows, most rows first, then by name: malloc()ed, N of them; NULL when out of
 * memory. */
struct roster_table **summary_tables(const struct roster *r, size_t *n);

/* One type that occurs. */
struct summary_type {
    char name[32]; /* "WRITE_ROWS"; "type 99" when unknown */
    const struct summary_count *count;
    bool is_inner;
};

/* Most bytes first, those in payloads after those that stand in the log; returns how many. */
size_t summary_types(const struct summary *s, struct summary_type out[2 * SUMMARY_TYPES]);
#endif
