/* SPDX-License-Identifier: Apache-2.0 */
#include "webhook/state.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/cleanup.h"
#include "webhook/many.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void state_base_close(struct state_base *base)
{
    buf_close(&base->hashes);
    buf_close(&base->agreed);
}

void state_base_clear(struct state_base *base)
{
    buf_clear(&base->hashes);
    buf_clear(&base->agreed);
    base->changed_us = 0;
}

static void take_base(const struct db_rows *rows, size_t r, size_t first, struct state_base *base)
{
    struct value hashes = db_rows_at(rows, r, first), agreed = db_rows_at(rows, r, first + 1);

    buf_append(&base->hashes, hashes.ptr, hashes.len);
    if (agreed.state == VALUE_TEXT)
        buf_append(&base->agreed, agreed.ptr, agreed.len);
    base->changed_us = db_rows_int(rows, r, first + 2);
}

bool state_base_has_column(const char *name)
{
    static const char *const names[] = {"mapping", "key_hash",   "row_key", "hashes",
                                        "agreed",  "changed_us", "edit_id"};

    for (size_t i = 0; i < COUNT(names); i++)
        if (strcasecmp(name, names[i]) == 0)
            return true;
    return false;
}

bool state_base_take_beside(const struct db_rows *rows, size_t r, size_t first,
                            struct state_base *base)
{
    if (db_rows_at(rows, r, first).state != VALUE_TEXT)
        return false;
    take_base(rows, r, first, base);
    return true;
}

int state_base_load(struct db *db, const char *mapping, struct hash128 key, struct state_base *base,
                    bool *is_found, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(db,
               "SELECT key_hash, hashes, agreed, changed_us FROM base "
               "WHERE mapping = ? AND key_hash = ? FOR UPDATE",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "base");
    *is_found = rows.n_rows > 0;
    if (*is_found)
        take_base(&rows, 0, 1, base);
    return base->hashes.is_failed || base->agreed.is_failed ? err_nomem(err, "base") : 0;
}

int state_base_save(struct db *db, const char *mapping, struct hash128 key, const char *row_key,
                    const struct state_base *base, const char *edit_id, struct err *err)
{
    const struct db_param params[] = {
        DB_P_TEXT(mapping),
        DB_P_BYTES(key.bytes, sizeof(key.bytes)),
        DB_P_TEXT(row_key),
        DB_P_BYTES(buf_text(&base->hashes), base->hashes.len),
        base->agreed.len == 0 ? DB_P_NULL : DB_P_BYTES(base->agreed.ptr, base->agreed.len),
        base->changed_us == 0 ? DB_P_NULL : DB_P_INT(base->changed_us),
        DB_P_TEXT(edit_id),
    };

    if (base->hashes.is_failed || base->agreed.is_failed)
        return err_nomem(err, "base");
    if (db_run(
            db,
            "REPLACE INTO base (mapping, key_hash, row_key, hashes, agreed, changed_us, edit_id) "
            "VALUES (?, ?, ?, ?, ?, ?, (SELECT id FROM edit_log WHERE edit_id = ?))",
            params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "base");
    return 0;
}

int state_base_load_many(struct db *db, const char *mapping, const struct hash128 *const *keys,
                         size_t n, struct db_rows *rows, struct err *err)
{
    struct db_param params[1 + MANY] = {DB_P_TEXT(mapping)};
    CLEANUP_BUF struct buf sql = BUF_INIT;
    size_t padded = many_padded(n);

    buf_puts(&sql, "SELECT key_hash, hashes, agreed, changed_us FROM base FORCE INDEX (PRIMARY) "
                   "WHERE mapping = ? AND key_hash IN (");
    many_repeat(&sql, "?", padded);
    buf_puts(&sql, ") FOR UPDATE");
    for (size_t i = 0; i < padded; i++)
        params[1 + i] = DB_P_BYTES(keys[i < n ? i : n - 1]->bytes, sizeof(keys[0]->bytes));
    if (sql.is_failed)
        return err_nomem(err, "base");
    return db_run(db, sql.ptr, params, 1 + padded, rows, err) != 0 ? err_wrap(err, "base") : 0;
}

bool state_base_take(const struct db_rows *rows, const struct hash128 *key, struct state_base *base)
{
    for (size_t r = 0; r < rows->n_rows; r++) {
        struct value found = db_rows_at(rows, r, 0);

        if (found.len == sizeof(key->bytes) && memcmp(found.ptr, key->bytes, found.len) == 0) {
            take_base(rows, r, 1, base);
            return true;
        }
    }
    return false;
}

enum { SAVED_PARAMS = 7 };

static int save_piece(struct db *db, const char *mapping, const struct state_base_saved *saved,
                      size_t n, struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    CLEANUP_FREE struct db_param *params = calloc(n * SAVED_PARAMS, sizeof(*params));

    buf_puts(&sql, "REPLACE INTO base (mapping, key_hash, row_key, hashes, agreed, changed_us, "
                   "edit_id) VALUES ");
    many_repeat(&sql, "(?, ?, ?, ?, ?, ?, ?)", n);
    if (sql.is_failed || params == NULL)
        return err_nomem(err, "base");
    for (size_t i = 0; i < n; i++) {
        const struct state_base *base = saved[i].base;
        struct db_param *p = &params[i * SAVED_PARAMS];

        if (base->hashes.is_failed || base->agreed.is_failed)
            return err_nomem(err, "base");
        p[0] = DB_P_TEXT(mapping);
        p[1] = DB_P_BYTES(saved[i].key.bytes, sizeof(saved[i].key.bytes));
        p[2] = DB_P_TEXT(saved[i].row_key);
        p[3] = DB_P_BYTES(buf_text(&base->hashes), base->hashes.len);
        p[4] = base->agreed.len == 0 ? DB_P_NULL : DB_P_BYTES(base->agreed.ptr, base->agreed.len);
        p[5] = base->changed_us == 0 ? DB_P_NULL : DB_P_INT(base->changed_us);
        p[6] = DB_P_INT(saved[i].edit);
    }
    return db_run(db, sql.ptr, params, n * SAVED_PARAMS, NULL, err) != 0 ? err_wrap(err, "base")
                                                                         : 0;
}

int state_base_save_many(struct db *db, const char *mapping, const struct state_base_saved *saved,
                         size_t n, struct err *err)
{
    for (size_t done = 0, piece; done < n; done += piece) {
        piece = many_piece(n - done);
        if (save_piece(db, mapping, &saved[done], piece, err) != 0)
            return -1;
    }
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

int state_tombstone_find(struct db *db, const char *mapping, struct hash128 key,
                         enum state_tombstone *who, int64_t *deleted_ms, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    *who = TOMBSTONE_NONE;
    if (db_run(db,
               "SELECT deleted_by, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', deleted_at) DIV 1000 "
               "FROM tombstone WHERE mapping = ? AND key_hash = ?",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "tombstone");
    if (rows.n_rows == 0)
        return 0;
    *who = strcmp(db_rows_text(&rows, 0, 0), "mysql") == 0 ? TOMBSTONE_MYSQL : TOMBSTONE_SHEET;
    *deleted_ms = db_rows_int(&rows, 0, 1);
    return 0;
}

int state_tombstone_since(struct db *db, const char *mapping, int64_t since_ms, bool *is_any,
                          struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_INT(since_ms)};
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (db_run(db,
               "SELECT 1 FROM tombstone WHERE mapping = ? AND deleted_by = 'mysql' "
               "AND deleted_at >= '1970-01-01' + INTERVAL ? * 1000 MICROSECOND LIMIT 1",
               params, COUNT(params), &rows, err) != 0)
        return err_wrap(err, "tombstone");
    *is_any = rows.n_rows > 0;
    return 0;
}

int state_tombstone_save(struct db *db, const char *mapping, struct hash128 key, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};

    if (db_run(db,
               "REPLACE INTO tombstone (mapping, key_hash, deleted_by, deleted_at) "
               "VALUES (?, ?, 'sheet', UTC_TIMESTAMP(3))",
               params, COUNT(params), NULL, err) != 0)
        return err_wrap(err, "tombstone");
    return 0;
}

int state_tombstone_delete(struct db *db, const char *mapping, struct hash128 key, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_BYTES(key.bytes, sizeof(key.bytes))};

    if (db_run(db, "DELETE FROM tombstone WHERE mapping = ? AND key_hash = ?", params,
               COUNT(params), NULL, err) != 0)
        return err_wrap(err, "tombstone");
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

enum { KNOWN_TEXT, KNOWN_SHEET_ID, KNOWN_WHAT };
enum { IS_POSITION, IS_MAPPING, IS_PAUSE, IS_ANOTHERS };

/* Cut to what edit_log.position takes. MySQL breaks the line after each server. */
static const char *position_sql(const struct db *db)
{
    return db_flavour(db) == DB_MARIADB
               ? "LEFT(@@GLOBAL.gtid_current_pos, 4096)"
               : "IF(@@GLOBAL.gtid_mode = 'ON', "
                 "LEFT(REPLACE(@@GLOBAL.gtid_executed, '\n', ''), 4096), '')";
}

int state_known(struct db *db, const char *instance, const char *spreadsheet, struct db_rows *known,
                struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(spreadsheet), DB_P_TEXT(instance),
                                      DB_P_TEXT(spreadsheet), DB_P_TEXT(instance)};
    CLEANUP_BUF struct buf sql = BUF_INIT;

    buf_printf(&sql,
               "SELECT mapping, IF(spreadsheet = ?, sheet_id, NULL), IF(instance <> ?, %d, %d) "
               "FROM mapping_state WHERE spreadsheet = ? OR instance <> ? "
               "UNION ALL SELECT mapping, NULL, %d FROM pause WHERE resumed_at IS NULL "
               "UNION ALL SELECT %s, NULL, %d",
               IS_ANOTHERS, IS_MAPPING, IS_PAUSE, position_sql(db), IS_POSITION);
    if (sql.is_failed)
        return err_nomem(err, "mapping_state");
    if (db_run(db, sql.ptr, params, COUNT(params), known, err) != 0)
        return err_wrap(err, "mapping_state, pause");
    return 0;
}

static bool is_known(const struct db_rows *known, size_t r, const char *mapping, int what)
{
    return db_rows_int(known, r, KNOWN_WHAT) == what &&
           strcmp(db_rows_text(known, r, KNOWN_TEXT), mapping) == 0;
}

int64_t state_sheet_id(const struct db_rows *known, const char *mapping)
{
    for (size_t r = 0; r < known->n_rows; r++)
        if (db_rows_at(known, r, KNOWN_SHEET_ID).state == VALUE_TEXT &&
            strcmp(db_rows_text(known, r, KNOWN_TEXT), mapping) == 0)
            return db_rows_int(known, r, KNOWN_SHEET_ID);
    return -1;
}

static bool is_any(const struct db_rows *known, const char *mapping, int what)
{
    for (size_t r = 0; r < known->n_rows; r++)
        if (is_known(known, r, mapping, what))
            return true;
    return false;
}

bool state_is_paused(const struct db_rows *known, const char *mapping)
{
    return is_any(known, mapping, IS_PAUSE);
}

bool state_is_anothers(const struct db_rows *known, const char *mapping)
{
    return is_any(known, mapping, IS_ANOTHERS);
}

const char *state_position(const struct db_rows *known)
{
    for (size_t r = 0; r < known->n_rows; r++)
        if (db_rows_int(known, r, KNOWN_WHAT) == IS_POSITION) {
            const char *position = db_rows_text(known, r, KNOWN_TEXT);

            return position[0] == '\0' ? NULL : position;
        }
    return NULL;
}
