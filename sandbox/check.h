/* SPDX-License-Identifier: Apache-2.0 */
/*
 * check: is a request's body, query or mask what Google's description of the API allows?
 *
 * Bodies are made canonical on the way: names in camelCase, no nulls, lists for single elements of
 * repeated fields, numbers for numbers that came as text. Pure; any thread.
 * https://protobuf.dev/programming-guides/json/
 */
#ifndef SANDBOX_CHECK_H
#define SANDBOX_CHECK_H

#include "common/buf.h"
#include "common/err.h"
#include "common/json.h"
#include "sandbox/discovery_table.h"
#include "sandbox/fields.h"

const struct discovery_method *check_method(const char *id);
/* The index of a schema by name; -1. */
int check_schema(const char *name);

/* What is wrong, as Google's google.rpc.BadRequest: an array of {"field", "description"}, and the
 * message. */
struct check_report {
    struct buf message; /* the descriptions, one a line */
    cJSON *violations;  /* owned array */
};
void check_report_close(struct check_report *r);

/* Check and canonise BODY against SCHEMA; the number of violations. */
int check_body(int schema, cJSON *body, struct check_report *report);
/* One query parameter: is it known, and does its value fit? */
int check_parameter(const struct discovery_method *method, const char *name, const char *value,
                    struct check_report *report);
/* Do all names of MASK exist in SCHEMA? ERR_VALUE names the first path that does not. */
int check_mask(int schema, const struct fields *mask, struct err *err);
#endif
