/* SPDX-License-Identifier: Apache-2.0 */
/*
 * grid: a version as the API's Spreadsheet, only what the mask wants. Pure; any thread.
 */
#ifndef SANDBOX_GRID_H
#define SANDBOX_GRID_H

#include "sandbox/calc.h"
#include "sandbox/fields.h"
#include "sandbox/filter.h"

struct grid_request {
    const struct fields *mask;  /* relative to Spreadsheet; NULL: nothing */
    bool with_data;             /* grid data are wanted (if the mask lets them through) */
    const struct place *places; /* the parts wanted; none: all of all tabs */
    size_t n_places;
    const char *base_url; /* "http://host:port": for spreadsheetUrl */
};

cJSON *grid_spreadsheet(const struct book *b, const struct grid_request *request);
cJSON *grid_sheet_properties(const struct book *b, const struct tab *t);
cJSON *grid_metadata(const struct metadata *m);
/* {"numberValue": 1}; NULL for blank. */
cJSON *grid_value(struct scalar value);
#endif
