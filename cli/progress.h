/* SPDX-License-Identifier: Apache-2.0 */
/*
 * progress: one line on stderr that says how far long work is, drawn again in its place.
 *
 * Only where stderr is a terminal; else nothing is printed. One thread.
 */
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

/* Append a bar of WIDTH characters, DONE of TOTAL: "[#####-----]". Pure. */
void progress_bar(struct buf *out, int64_t done, int64_t total, size_t width);
/* Append "90 s", "5 min", "3 h". Pure. */
void progress_time(struct buf *out, int64_t seconds);
/* Append "850 ms"; from ten seconds on as progress_time. Pure. */
void progress_ms(struct buf *out, int64_t ms);

/* Is there a terminal to draw on? */
bool progress_is_shown(void);
/* Draw the line: WHAT, a bar if TOTAL is positive, then DETAIL ("" for none); cut to the terminal's
 * width. */
void progress_show(const char *what, int64_t done, int64_t total, const char *detail);
/* Take the line away; before anything else is printed. */
void progress_clear(void);
#endif
