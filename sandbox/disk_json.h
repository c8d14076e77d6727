/* SPDX-License-Identifier: Apache-2.0 */
/* disk_json: a version as a line of JSON, whole or as the difference to the one before. Pure. */
#ifndef SANDBOX_DISK_JSON_H
#define SANDBOX_DISK_JSON_H

#include "common/buf.h"
#include "sandbox/book.h"

/* Append one line with its line feed. OLD NULL: everything. */
void disk_json_put(struct buf *out, const struct book *old, const struct book *b);
/* The version after OLD (NULL for a first line) that LINE says; ERR_FORMAT. */
int disk_json_read(const struct book *old, const cJSON *line, struct book **out, struct err *err);
#endif
