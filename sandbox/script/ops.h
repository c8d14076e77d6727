/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ops: what is behind the services: one table of operations, arguments and results in JSON
 * (services.js is the other side).
 *
 * They know nothing of Duktape, so that nothing of theirs can be lost when a script is unwound.
 */
#ifndef SANDBOX_SCRIPT_OPS_H
#define SANDBOX_SCRIPT_OPS_H

#include <stddef.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "sandbox/script/run.h"

/* Run operation NAME with ARGS (an object's JSON, as Duktape holds text) and append its result's
 * JSON, as Duktape holds text. The error's message is what the script catches. */
int ops_call(struct run *r, const char *name, const char *args, size_t len, struct buf *out,
             struct err *err);

struct ops_row {
    const char *name;
    int (*call)(struct run *r, const cJSON *args, struct buf *out, struct err *err);
};

/* The parts of the table, each ended by a row with NULL. */
extern const struct ops_row ops_sheet[];   /* ops_sheet.c */
extern const struct ops_row ops_project[]; /* ops_project.c: properties, cache, locks, triggers */
extern const struct ops_row ops_utility[]; /* ops_utility.c */

/* The zone NAME, kept for the next use. */
int ops_zone(struct run *r, const char *name, const struct zone **out, struct err *err);
void ops_put_text(struct buf *out, const char *text);
/* Append the JSON of ITEM, which is freed; NULL: out of memory. */
int ops_put_json(struct buf *out, cJSON *item, struct err *err);
#endif
