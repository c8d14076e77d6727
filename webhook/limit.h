/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limit: how many edits a minute a mapping takes from its scripts (edits_per_minute).
 *
 * A bucket a mapping, full at the start. Requests are not split: one goes while anything is left,
 * and what it takes beyond that is waited off by the next. Any thread.
 */
#ifndef WEBHOOK_LIMIT_H
#define WEBHOOK_LIMIT_H

#include <stddef.h>
#include <stdint.h>

#include "common/config/config.h"
#include "common/err.h"

struct limit;

/* CFG is kept by pointer. */
int limit_new(const struct config *cfg, struct limit **out, struct err *err);
void limit_free(struct limit *l);
/* Take N edits of MAPPING at NOW (monotonic, milliseconds). 0: they may go; else so many
 * milliseconds must pass first. */
int64_t limit_take(struct limit *l, size_t mapping, size_t n, int64_t now_ms);
#endif
