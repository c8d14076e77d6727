/* SPDX-License-Identifier: Apache-2.0 */
#include "replicator/sync/state.h"

#include <stdlib.h>

#include "common/log.h"
#include "common/metrics.h"
#include "common/mysql/table.h"

enum { NO_SUCH_TABLE = 1146 };

int state_run(struct state *s, const char *sql, const struct db_param *params, size_t n,
              struct db_rows *rows, struct err *err)
{
    CLEANUP_BUF struct buf text = BUF_INIT;
    const char *at;

    while ((at = strchr(sql, '@')) != NULL) {
        buf_append(&text, sql, (size_t)(at - sql));
        buf_append(&text, s->schema.ptr, s->schema.len);
        sql = at + 1;
    }
    buf_puts(&text, sql);
    if (text.is_failed)
        return err_nomem(err, "state");
    if (db_run(s->db, text.ptr, params, n, rows, err) == 0)
        return 0;
    if (err->detail == NO_SUCH_TABLE)
        err_hint(err, "Run `tabrelay init-db`: the state database is not there, or of an older "
                      "version.");
    return err_wrap(err, "state");
}

int state_open(struct state *s, const struct config *cfg, struct err *err)
{
    *s = (struct state){.cfg = cfg};
    table_quote(&s->schema, cfg->mysql.state_database);
    if (s->schema.is_failed)
        return err_nomem(err, "state");
    return db_open(&cfg->mysql, &s->db, err);
}

void state_close(struct state *s)
{
    db_close(s->db);
    buf_close(&s->schema);
    *s = (struct state){0};
}

int state_load_checkpoint(struct state *s, char **position, int64_t *saved_ms, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[1] = {DB_P_TEXT(s->cfg->instance)};

    *position = NULL;
    if (state_run(s,
                  "SELECT position, TIMESTAMPDIFF(MICROSECOND, '1970-01-01', saved_at) DIV 1000 "
                  "FROM @.checkpoint WHERE instance = ?",
                  params, 1, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    if (saved_ms != NULL)
        *saved_ms = db_rows_int(&rows, 0, 1);
    *position = strdup(db_rows_text(&rows, 0, 0));
    return *position == NULL ? err_nomem(err, "state") : 0;
}

int state_count_open(struct state *s, const char *mapping, int64_t *n, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(mapping)};

    if (state_run(s, "SELECT COUNT(*) FROM @.conflicts WHERE mapping = ? AND state = 'open'",
                  params, 1, &rows, err) != 0)
        return -1;
    *n = db_rows_int(&rows, 0, 0);
    return 0;
}

int state_mark(struct state *s, uint64_t *serial, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance)};

    if (state_run(s,
                  "INSERT INTO @.watermark (instance, serial) VALUES (?, 1) "
                  "ON DUPLICATE KEY UPDATE serial = serial + 1",
                  params, 1, NULL, err) != 0 ||
        state_run(s, "SELECT serial FROM @.watermark WHERE instance = ?", params, 1, &rows, err) !=
            0)
        return -1;
    *serial = (uint64_t)db_rows_int(&rows, 0, 0);
    return 0;
}

int state_ask_repair(struct state *s, const char *mapping, const char *row_keys, struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(mapping), DB_P_TEXT(row_keys)};

    return state_run(s,
                     "INSERT INTO @.signals (kind, mapping, reason, row_keys, created_at) "
                     "VALUES ('repair', ?, 'a session ended before', ?, UTC_TIMESTAMP(3))",
                     params, 2, NULL, err);
}

int state_last_edit(struct state *s, int64_t *edit, struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (state_run(s, "SELECT COALESCE(MAX(id), 0) FROM @.edit_log", NULL, 0, &rows, err) != 0)
        return -1;
    *edit = db_rows_int(&rows, 0, 0);
    return 0;
}

/* --- acknowledgement --- */

int state_ack_open(struct state *s, struct err *err)
{
    return db_exec(s->db, "BEGIN", NULL, err);
}

/* The row is locked until the end, so nobody can take the lease meanwhile; renewed, so that who
 * waits for that lock sees that its holder lives, however long it takes (replicator/lease.c). */
int state_ack_fence(struct state *s, struct err *err)
{
    struct db_param params[] = {DB_P_INT(s->lease_us), DB_P_TEXT(s->cfg->instance),
                                DB_P_INT((int64_t)s->token)};

    if (state_run(s,
                  "UPDATE @.lease SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND "
                  "WHERE instance = ? AND token = ?",
                  params, 3, NULL, err) != 0)
        return -1;
    if (db_affected_rows(s->db) > 0)
        return 0;
    state_ack_abort(s);
    return err_set(err, ERR_STOPPED, "lease: another replicator has taken over this instance");
}

int state_ack_begin(struct state *s, struct err *err)
{
    return state_ack_open(s, err) != 0 ? -1 : state_ack_fence(s, err);
}

int state_ack_mapping(struct state *s, const struct ack_mapping *ack, struct err *err)
{
    struct db_param params[] = {DB_P_INT(ack->sheet_rows), DB_P_INT(ack->spreadsheet_cells),
                                ack->lag_ms < 0 ? DB_P_NULL : DB_P_INT(ack->lag_ms),
                                DB_P_TEXT(ack->mapping)};

    return state_run(
        s,
        "UPDATE @.mapping_state SET sheet_rows = ?, spreadsheet_cells = ?, lag_ms = ?, "
        "last_change_at = UTC_TIMESTAMP(3) WHERE mapping = ?",
        params, 4, NULL, err);
}

int state_ack_position(struct state *s, const char *position, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(s->cfg->instance), DB_P_TEXT(position)};

    return state_run(
        s,
        "INSERT INTO @.checkpoint (instance, position, saved_at) "
        "VALUES (?, ?, UTC_TIMESTAMP(3)) "
        "ON DUPLICATE KEY UPDATE position = VALUES(position), saved_at = VALUES(saved_at)",
        params, 2, NULL, err);
}

int state_ack_commit(struct state *s, struct err *err)
{
    return db_exec(s->db, "COMMIT", NULL, err);
}

void state_ack_abort(struct state *s)
{
    struct err ignored;

    if (!db_is_lost(s->db))
        db_exec(s->db, "ROLLBACK", NULL, &ignored);
}
