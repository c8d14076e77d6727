/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refuse: what MySQL says when it does not take a row, as a sentence for the person at the sheet.
 * Pure; any thread.
 */
#ifndef WEBHOOK_REFUSE_H
#define WEBHOOK_REFUSE_H

#include <stdbool.h>

#include "common/buf.h"
#include "common/err.h"
#include "webhook/schema.h"

/* Does ERR speak of the values, so that only this edit is refused? Otherwise MySQL is in trouble
 * (read-only, disk full, lost, ...) and the whole request has to come again. */
bool refuse_is_about_values(const struct err *err);
/* Does it say that our picture of the table is out of date (unknown column, no such table)? */
bool refuse_is_about_schema(const struct err *err);

/* Append the sentence; columns are named by their headers. Returns the index of the mapped column
 * it speaks of, or -1. */
int refuse_sentence(const struct schema_mapping *mapping, const struct err *err, struct buf *out);
#endif
