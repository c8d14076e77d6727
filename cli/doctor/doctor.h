/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor: the sections of the report. Each appends Markdown to OUT and goes on where something
 * cannot be had: it says so.
 *
 * What is printed of the configuration and of the state database is chosen key by key, column by
 * column: a new one is not in the report until somebody adds it here. Texts that others wrote go
 * through scrub.h.
 */
#ifndef CLI_DOCTOR_DOCTOR_H
#define CLI_DOCTOR_DOCTOR_H

#include "common/buf.h"
#include "common/config/config.h"
#include "common/mysql/db.h"

void doctor_system(struct buf *out);
void doctor_config(struct buf *out, const struct config *config);
void doctor_server(struct buf *out, struct db *db);
void doctor_state(struct buf *out, const struct config *config, struct db *db);
void doctor_metrics(struct buf *out, const struct config *config);
void doctor_checks(struct buf *out, const struct config *config);
#endif
