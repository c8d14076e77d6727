/* SPDX-License-Identifier: Apache-2.0 */
/* journal: the last lines that scripts logged, and how many runs and errors there were. Any thread.
 */
#ifndef SANDBOX_SCRIPT_JOURNAL_H
#define SANDBOX_SCRIPT_JOURNAL_H

#include <stdbool.h>

#include "common/buf.h"

#define JOURNAL_LINES 100

struct journal;

struct journal *journal_new(void); /* NULL when out of memory */
void journal_free(struct journal *j);

/* LEVEL: "info", "warn", "error" (static text). The text is cut at 2,000 bytes. */
void journal_add(struct journal *j, const char *level, const char *spreadsheet, const char *text);
void journal_count_run(struct journal *j, bool is_failed);
/* Append "runs":n,"errors":n,"log":[{"time","level","spreadsheet","text"}], the oldest first. */
void journal_render(struct journal *j, struct buf *out);
#endif
