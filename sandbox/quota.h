/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quota: Google's requests per minute per user and per project, reads and writes counted apart;
 * refilled each minute. Any thread. https://developers.google.com/workspace/sheets/api/limits
 */
#ifndef SANDBOX_QUOTA_H
#define SANDBOX_QUOTA_H

#include <stdbool.h>

#include "common/err.h"

struct quota;

/* "google" (60 and 60 a user, 300 and 300 a project), "off", "READS,WRITES" a user, or
 * "READS,WRITES,PROJECT_READS,PROJECT_WRITES" a minute. ERR_CONFIG. */
int quota_new(const char *text, struct quota **out, struct err *err);
void quota_free(struct quota *q);
enum quota_scope { QUOTA_USER, QUOTA_PROJECT, QUOTA_SCOPES };
/* Take one for USER (NAME@PROJECT...); false: *SCOPE has none left in this minute. */
bool quota_charge(struct quota *q, const char *user, bool is_write, enum quota_scope *scope);
int quota_limit(const struct quota *q, enum quota_scope scope, bool is_write); /* 0: none */
#endif
