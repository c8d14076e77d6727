/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: what the webhook keeps in tabrelay's own tables beside the edit log: base, signals,
 * mapping_state (schemas/state.sql). All inside the caller's transaction, on a session of the pool;
 * blocks for one statement each.
 */
#ifndef WEBHOOK_STATE_H
#define WEBHOOK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/mysql/db.h"

/* The base of a row, locked: its hashes (common/base.h) are appended to HASHES. */
int state_base_load(struct db *db, const char *mapping, struct hash128 key, struct buf *hashes,
                    bool *is_found, struct err *err);
int state_base_save(struct db *db, const char *mapping, struct hash128 key, const char *row_key,
                    const struct buf *hashes, struct err *err);
int state_base_delete(struct db *db, const char *mapping, struct hash128 key, struct err *err);

/* Ask the replicator to compare the mapping's tab with its table. */
int state_ask_reconcile(struct db *db, const char *mapping, const char *reason, struct err *err);

/* The tabs that the replicator knows by id: rows of (mapping, sheet_id). */
int state_known_tabs(struct db *db, const char *spreadsheet, struct db_rows *rows, struct err *err);
#endif
