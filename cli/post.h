/* SPDX-License-Identifier: Apache-2.0 */
/*
 * post: edits of the command line, sent through the webhook like every other edit.
 */
#ifndef CLI_POST_H
#define CLI_POST_H

#include <cjson/cJSON.h>

#include "common/buf.h"
#include "common/config/config.h"
#include "common/err.h"

/* Append the beginning of an edit: {"id": ..., "kind": KIND, "time": now. The caller adds members,
 * each after a comma, and the closing brace; a comma is put before all but the first edit. */
void post_begin(struct buf *edits, const char *kind);
/* Send EDITS (at most 5,000) to MAPPING. SOMEBODY: who made them; NULL: this user on this host.
 * *RESULTS is the whole answer, freed with cJSON_Delete; its array "results" has an object for each
 * edit. Blocks up to 60 s. ERR_HTTP: with the webhook's own sentence; the hint says what to do. */
int post_send(const struct config *config, const char *mapping, const struct buf *edits,
              const char *somebody, cJSON **results, struct err *err);
/* The answer to the only edit of RESULTS; NULL if there is none. */
const cJSON *post_result(const cJSON *results);
#endif
