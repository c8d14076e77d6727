/* SPDX-License-Identifier: Apache-2.0 */
/*
 * order: in which order the edits of a request are applied.
 *
 * By key, as a statement of MySQL's own users walks the table: two that lock many rows in the same
 * order wait for each other, in different orders they deadlock, and one of them may be the user's.
 * Edits of one row stay in the order sent; rows without a key come last. Pure.
 */
#ifndef WEBHOOK_ORDER_H
#define WEBHOOK_ORDER_H

#include <stddef.h>

#include "webhook/edit.h"
#include "webhook/schema.h"

/* Indexes into REQUEST's edits, malloc()ed; NULL when out of memory. */
size_t *order_by_key(const struct edit_request *request, const struct schema_mapping *m);
#endif
