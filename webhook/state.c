/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/state.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

int state_base_load(struct db *db, const char *mapping, struct hash128 key, struct buf *hashes,
                    bool *is_found, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct value v;

    if (db_run(db, "SELECT hashes FROM base WHERE mapping = ? AND key_hash = ? FOR UPDATE", params,
               COUNT(params), &rows, err) != 0)
        return err_wrap(err, "base");
    *is_found = rows.n_rows > 0;
    if (!*is_found)
        return 0;
    v = db_rows_at(&rows, 0, 0);
    buf_append(hashes, v.ptr, v.len);
    return hashes->is_failed ? err_nomem(err, "base") : 0;
}

int state_base_save(struct db *db, const char *mapping, struct hash128 key, const char *row_key,
                    const struct buf *hashes, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes)),
                                      DB_P_TEXT(row_key),
                                      DB_P_BYTES(buf_text(hashes), hashes->len)};

    if (hashes->is_failed)
        return err_nomem(err, "base");
    if (db_run(db, "REPLACE INTO base (mapping, key_hash, row_key, hashes) VALUES (?, ?, ?, ?)",
               params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "base");
    return 0;
}

int state_base_delete(struct db *db, const char *mapping, struct hash128 key, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};

    if (db_run(db, "DELETE FROM base WHERE mapping = ? AND key_hash = ?", params, COUNT(params),
               NULL, err) != 0)
        return err_wrap(err, "base");
    return 0;
}

int state_ask_reconcile(struct db *db, const char *mapping, const char *reason, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(reason)};

    if (db_run(db,
               "INSERT INTO signals (kind, mapping, reason, created_at) "
               "VALUES ('reconcile', ?, ?, UTC_TIMESTAMP(3))",
               params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "signals");
    return 0;
}

int state_known_tabs(struct db *db, const char *spreadsheet, struct db_rows *rows, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(spreadsheet)};

    if (db_run(db,
               "SELECT mapping, sheet_id FROM mapping_state "
               "WHERE spreadsheet = ? AND sheet_id IS NOT NULL",
               params, COUNT(params), rows, err) != 0)
        return err_wrap(err, "mapping_state");
    return 0;
}
