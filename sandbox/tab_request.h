/* SPDX-License-Identifier: Apache-2.0 */
/* tab_request: SheetProperties out of a request, for new tabs and for changed ones. */
#ifndef SANDBOX_TAB_REQUEST_H
#define SANDBOX_TAB_REQUEST_H

#include "common/json.h"
#include "sandbox/book.h"
#include "sandbox/fields.h"

/* A tab with PROPERTIES (may be NULL) that fits into B: fresh id and title where none is given.
 * 400: taken id or title, limits. */
int tab_request_new(const struct book *b, const cJSON *properties, struct tab **out,
                    struct err *err);
/* Set the masked properties of a tab of the draft. */
int tab_request_update(struct book *draft, const cJSON *properties, const struct fields *mask,
                       struct err *err);
/* 400 if the grids would exceed ten million cells with EXTRA more. */
int tab_request_check_cells(const struct book *b, int64_t extra, struct err *err);
#endif
