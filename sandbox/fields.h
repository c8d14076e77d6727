/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fields: a mask of fields as Google's APIs take it: "a,b.c,d/e,f(g,h)", "*".
 *
 * A tree of names; a node without children stands for all of it. Names may come in snake_case.
 * Immutable after parsing; any thread.
 * https://developers.google.com/workspace/sheets/api/guides/field-masks
 */
#ifndef SANDBOX_FIELDS_H
#define SANDBOX_FIELDS_H

#include <stdbool.h>

#include "common/err.h"
#include "common/json.h"

struct fields;

/* The mask of everything; static. */
const struct fields *fields_all(void);
/* ERR_VALUE: malformed; the message quotes the text. Free with fields_free(). */
int fields_parse(const char *text, struct fields **out, struct err *err);
void fields_free(struct fields *f);
static inline void fields_cleanup(struct fields **f)
{
    fields_free(*f);
}

/* What is wanted below NAME; NULL if nothing is. F may be NULL. */
const struct fields *fields_get(const struct fields *f, const char *name);
/* Is NAME at the end of this dotted path wanted? */
bool fields_wants(const struct fields *f, const char *path);
bool fields_is_all(const struct fields *f);
/* Names below this node: call VISIT with each; stops at the first -1. "*" is left out. */
int fields_each(const struct fields *f,
                int (*visit)(void *ctx, const char *name, const struct fields *below), void *ctx);

/* Remove from JSON what is not wanted; arrays are looked through. */
void fields_apply(const struct fields *f, cJSON *json);
/* Make the wanted fields of TO (an object) those of FROM (may be NULL): copied, or removed where
 * FROM has none. */
void fields_merge(const struct fields *f, cJSON *to, const cJSON *from);
#endif
