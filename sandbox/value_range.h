/* SPDX-License-Identifier: Apache-2.0 */
/* value_range: write the API's ValueRange into a tab of a draft. */
#ifndef SANDBOX_VALUE_RANGE_H
#define SANDBOX_VALUE_RANGE_H

#include "common/json.h"
#include "sandbox/filter.h"

struct value_write {
    struct place place; /* where it may write */
    const cJSON *values;
    bool by_columns;
    bool is_raw; /* RAW: text stays text */
};

struct value_written {
    struct area area;             /* all that values were given for */
    int64_t rows, columns, cells; /* without nulls */
};

/* "RAW" or "USER_ENTERED"; 400 for anything else. */
int value_input(const char *option, bool *is_raw, struct err *err);
/* Lines and longest line of VALUES. */
void value_size(const cJSON *values, bool by_columns, int64_t *rows, int64_t *columns);
/* Cells are written from the place's corner on; null leaves one alone, "" clears it. 400: a value
 * of a wrong kind, more values than the place has cells. */
int value_write(struct book *draft, const struct value_write *w, struct value_written *done,
                struct err *err);
/* Clear the values of a place; formats and notes stay. */
void value_clear(struct book *draft, const struct place *place);
#endif
