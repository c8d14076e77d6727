/* SPDX-License-Identifier: Apache-2.0 */
/*
 * values: values as JSON, as the edit log and the conflicts keep them: "canonical text", null or
 * {"hex": "..."}; a row is an object by column name (the names in MySQL). Pure; any thread.
 */
#ifndef WEBHOOK_VALUES_H
#define WEBHOOK_VALUES_H

#include "common/arena.h"
#include "common/buf.h"
#include "common/err.h"
#include "common/mysql/value.h"
#include "webhook/schema.h"

/* Append one value; an absent one is null. */
void values_write(struct buf *out, struct value v);
/* Append the row of n_columns values; absent ones are left out. */
void values_write_row(struct buf *out, const struct schema_mapping *m, const struct value *values);

/* Read one value; its bytes go to ARENA. NULL text: absent. ERR_VALUE. */
int values_read(const char *text, struct arena *arena, struct value *out, struct err *err);
/* Read a row into n_columns VALUES; columns that are not in it are absent. ERR_VALUE. */
int values_read_row(const char *text, const struct schema_mapping *m, struct arena *arena,
                    struct value *values, struct err *err);
#endif
