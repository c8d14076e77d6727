/* SPDX-License-Identifier: Apache-2.0 */
/*
 * a1: ranges as people and the API write them: 'My tab'!A1:C10, Sheet1!A:C, 2:5, B3.
 *
 * Inside the sandbox a range is zero-based and its end is exclusive. Pure; any thread.
 * https://developers.google.com/workspace/sheets/api/guides/concepts#expandable-1
 */
#ifndef SANDBOX_A1_H
#define SANDBOX_A1_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"

struct area {
    int64_t row, end_row, column, end_column; /* end -1: to the end of the grid */
};

struct a1 {
    char *title; /* owned; NULL: none was written */
    struct area area;
    bool is_whole_tab; /* only a title was written */
};

/* False if it is no range. A text without "!" that is no cell range is a title. Free the title. */
bool a1_parse(const char *text, struct a1 *out);
/* Append "A1:B2" ("A1" for one cell). The ends must be bounded. */
void a1_put_area(struct buf *out, struct area area);
/* Append "Title!A1:B2", the title quoted where that is needed. */
void a1_put(struct buf *out, const char *title, struct area area);
void a1_put_column(struct buf *out, int64_t column);
#endif
