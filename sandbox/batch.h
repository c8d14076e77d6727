/* SPDX-License-Identifier: Apache-2.0 */
/*
 * batch: the requests of spreadsheets.batchUpdate, a function for each kind.
 *
 * They run in order on one draft, which is dropped when one fails: all or nothing.
 */
#ifndef SANDBOX_BATCH_H
#define SANDBOX_BATCH_H

#include "common/json.h"
#include "sandbox/book.h"
#include "sandbox/fields.h"

struct batch_run {
    struct book *draft;
    cJSON *reply; /* of the request that runs: an object to fill */
    long cells;   /* written so far */
};

/* 0, or -1 with refuse(). */
typedef int batch_request(struct batch_run *run, const cJSON *request, struct err *err);

batch_request batch_update_cells, batch_append_cells, batch_repeat_cell;
batch_request batch_insert_dimension, batch_delete_dimension, batch_append_dimension,
    batch_move_dimension, batch_insert_range, batch_delete_range;
batch_request batch_add_sheet, batch_delete_sheet, batch_update_sheet_properties,
    batch_update_spreadsheet_properties;
batch_request batch_sort_range, batch_find_replace;
batch_request batch_create_metadata, batch_update_metadata, batch_delete_metadata;
batch_request batch_add_protected_range, batch_update_protected_range, batch_delete_protected_range;
batch_request batch_set_data_validation;
batch_request batch_accept;

/* The request's "fields", checked against SCHEMA. 400: missing, malformed, unknown. */
int batch_mask(const cJSON *request, const char *schema, struct fields **out, struct err *err);
#endif
