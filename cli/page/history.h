/* SPDX-License-Identifier: Apache-2.0 */
/*
 * history: what the page draws: lag and rates of the last hour, one sample every two seconds, in a
 * ring. Any thread.
 */
#ifndef CLI_PAGE_HISTORY_H
#define CLI_PAGE_HISTORY_H

#include <stdint.h>

#include "common/buf.h"

enum { HISTORY_EVERY_MS = 2000, HISTORY_MAX = 1800 };

/* NAN: not known. */
enum history_number {
    HISTORY_LAG_MS,  /* commit to acknowledgement: mean of the changes since the last sample, or the
  oldest one's wait */
    HISTORY_PENDING, /* rows that wait for Google */
    HISTORY_TO_SHEET,    /* cells written a second */
    HISTORY_TO_MYSQL,    /* edits applied a second */
    HISTORY_EDIT_LAG_MS, /* edit to commit, mean of the edits since the sample before */
    HISTORY_NUMBERS
};

struct history;

struct history *history_new(void); /* NULL when out of memory */
void history_free(struct history *h);
/* The newest sample, AT_MS since 1970; later than the one before. */
void history_add(struct history *h, int64_t at_ms, const double numbers[HISTORY_NUMBERS]);
/* Append {"every_ms": ..., "columns": [...], "samples": [[at, ...], ...]} of those after AFTER_MS,
 * the oldest first; what is not known is null. */
void history_put_json(struct history *h, int64_t after_ms, struct buf *out);
#endif
