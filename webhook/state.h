/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state: what the webhook keeps in tabrelay's own tables beside the edit log and the conflicts:
 * base, tombstones, signals, pause, mapping_state (schemas/state.sql). All inside the caller's
 * transaction, on a session of the pool; blocks for one statement each.
 */
#ifndef WEBHOOK_STATE_H
#define WEBHOOK_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/buf.h"
#include "common/err.h"
#include "common/hash.h"
#include "common/mysql/db.h"

/* A row of base. */
struct state_base {
    struct buf hashes;  /* common/base.h */
    struct buf agreed;  /* common/base_values.h */
    int64_t changed_us; /* when MySQL's newest acknowledged change was committed, since 1970; 0: not
                           known */
};

void state_base_close(struct state_base *base);
void state_base_clear(struct state_base *base);
/* Load the base of a row, locked, into BASE, which is clear. */
int state_base_load(struct db *db, const char *mapping, struct hash128 key, struct state_base *base,
                    bool *is_found, struct err *err);
/* EDIT_ID: the edit whose doing it is; the log has it. */
int state_base_save(struct db *db, const char *mapping, struct hash128 key, const char *row_key,
                    const struct state_base *base, const char *edit_id, struct err *err);
/* Load the bases of N rows (1 to MANY of many.h), locked; state_base_take finds one of them. */
int state_base_load_many(struct db *db, const char *mapping, const struct hash128 *const *keys,
                         size_t n, struct db_rows *rows, struct err *err);
/* False: KEY has none. */
bool state_base_take(const struct db_rows *rows, const struct hash128 *key,
                     struct state_base *base);
/* A base beside its row (row_find_beside): what is selected, and the join, which takes mapping and
 * key. A column that base has, too, would need its table's name: state_base_has_column. */
#define STATE_BASE_COLUMNS "tabrelay_base.hashes, tabrelay_base.agreed, tabrelay_base.changed_us"
#define STATE_BASE_JOIN                                       \
    "base AS tabrelay_base ON tabrelay_base.mapping = ? AND " \
    "tabrelay_base.key_hash = ?"
bool state_base_has_column(const char *name);
/* Take it out of row R, whose columns begin at FIRST. False: there is none. */
bool state_base_take_beside(const struct db_rows *rows, size_t r, size_t first,
                            struct state_base *base);
struct state_base_saved {
    struct hash128 key;
    const char *row_key;
    const struct state_base *base;
    int64_t edit; /* edit_log.id of the edit whose doing it is */
};
/* Save those of different rows, any number. */
int state_base_save_many(struct db *db, const char *mapping, const struct state_base_saved *saved,
                         size_t n, struct err *err);
int state_base_delete(struct db *db, const char *mapping, struct hash128 key, struct err *err);

/* Which side deleted a row lately. */
enum state_tombstone { TOMBSTONE_NONE, TOMBSTONE_MYSQL, TOMBSTONE_SHEET };

/* *DELETED_MS, since 1970: when its tombstone was written. */
int state_tombstone_find(struct db *db, const char *mapping, struct hash128 key,
                         enum state_tombstone *who, int64_t *deleted_ms, struct err *err);
/* The sheet has deleted the row. */
int state_tombstone_save(struct db *db, const char *mapping, struct hash128 key, struct err *err);
/* Has MySQL deleted any row of the mapping since then? *IS_ANY. */
int state_tombstone_since(struct db *db, const char *mapping, int64_t since_ms, bool *is_any,
                          struct err *err);
int state_tombstone_delete(struct db *db, const char *mapping, struct hash128 key, struct err *err);

/* Ask the replicator to compare the mapping's tab with its table. */
int state_ask_reconcile(struct db *db, const char *mapping, const char *reason, struct err *err);

/* What must be known before anything is done: the tabs of the spreadsheet that the replicator knows
 * by id, which mappings are paused, which are another instance's than INSTANCE, and where the
 * binlog is. The next four look into it. */
int state_known(struct db *db, const char *instance, const char *spreadsheet, struct db_rows *known,
                struct err *err);
/* The id of the mapping's tab, or -1 while it is not known. */
int64_t state_sheet_id(const struct db_rows *known, const char *mapping);
/* Does nothing flow in the mapping (`tabrelay pause`)? */
bool state_is_paused(const struct db_rows *known, const char *mapping);
/* Has the replicator of another instance had a mapping of this name last? Base is that one's. */
bool state_is_anothers(const struct db_rows *known, const char *mapping);
/* The GTIDs that were executed by then, as edit_log keeps them; NULL: there are none. KNOWN's. */
const char *state_position(const struct db_rows *known);
#endif
