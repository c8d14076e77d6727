/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota: Google's requests per minute per user, reads and writes counted apart; refilled each
 * minute. Any thread. https://developers.google.com/workspace/sheets/api/limits
 */
#ifndef SANDBOX_QUOTA_H
#define SANDBOX_QUOTA_H

#include <stdbool.h>

#include "common/err.h"

struct quota;

/* "google" (60 and 60), "off", or "READS,WRITES" a minute. ERR_CONFIG. */
int quota_new(const char *text, struct quota **out, struct err *err);
void quota_free(struct quota *q);
/* Take one; false: USER has none left in this minute. */
bool quota_charge(struct quota *q, const char *user, bool is_write);
int quota_limit(const struct quota *q, bool is_write); /* a minute; 0: none */
#endif
