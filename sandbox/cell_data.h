/* SPDX-License-Identifier: Apache-2.0 */
/* cell_data: put the API's CellData into a cell, as far as a mask names it. One thread. */
#ifndef SANDBOX_CELL_DATA_H
#define SANDBOX_CELL_DATA_H

#include "common/json.h"
#include "sandbox/fields.h"
#include "sandbox/tab.h"

struct cell_update {
    bool has_value, has_note, has_validation;
    const struct fields *format; /* what of userEnteredFormat; NULL: nothing */
    /* The last format that was made, for cells that had the same one and get the same. */
    struct format *before, *after;
    const cJSON *from;
};

/* MASK (relative to CellData) outlives it. Close it. */
struct cell_update cell_update_from(const struct fields *mask);
void cell_update_close(struct cell_update *u);

/* DATA NULL clears what the mask names. 400: too long, an impossible value. */
int cell_data_apply(struct cell *c, const cJSON *data, struct cell_update *u, struct err *err);
/* 400 if TEXT has more characters than a cell may hold. */
int cell_data_check_text(const char *text, struct err *err);
#endif
