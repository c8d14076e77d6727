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

static enum snapshot_phase parse_phase(const char *text)
{
    if (strcmp(text, "done") == 0)
        return SNAPSHOT_DONE;
    return strcmp(text, "running") == 0 ? SNAPSHOT_RUNNING : SNAPSHOT_NONE;
}

int state_load_mapping(struct state *s, const struct mapping *m, struct mapping_memory *out,
                       struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    CLEANUP_ROWS struct db_rows base = DB_ROWS_INIT;
    const char *name = m->cfg->name;
    struct db_param params[] = {DB_P_TEXT(name), DB_P_TEXT(s->cfg->instance),
                                DB_P_TEXT(m->cfg->spreadsheet)};

    *out = (struct mapping_memory){.sheet_id = -1};
    /* Another spreadsheet than last time: what we knew of the old tab is void. */
    if (state_run(s,
                  "INSERT INTO @.mapping_state (mapping, instance, spreadsheet) VALUES (?, ?, ?) "
                  "ON DUPLICATE KEY UPDATE instance = VALUES(instance), "
                  "sheet_id = IF(spreadsheet = VALUES(spreadsheet), sheet_id, NULL), "
                  "spreadsheet = VALUES(spreadsheet)",
                  params, 3, NULL, err) != 0 ||
        state_save_pending(s, name, 0, 0, err) != 0 ||
        state_run(
            s,
            "SELECT sheet_id, snapshot, snapshot_key, snapshot_rows, held_deletes, is_joined, "
            "own_columns "
            "FROM @.mapping_state "
            "WHERE mapping = ?",
            params, 1, &rows, err) != 0 ||
        state_run(s, "SELECT 1 FROM @.base WHERE mapping = ? LIMIT 1", params, 1, &base, err) != 0)
        return -1;
    if (db_rows_at(&rows, 0, 0).state == VALUE_TEXT)
        out->sheet_id = db_rows_int(&rows, 0, 0);
    out->phase = parse_phase(db_rows_text(&rows, 0, 1));
    out->snapshot_rows = db_rows_int(&rows, 0, 3);
    out->held_deletes = (size_t)db_rows_int(&rows, 0, 4);
    out->joined = (enum joined)db_rows_int(&rows, 0, 5);
    out->has_base = base.n_rows > 0;
    if (db_rows_at(&rows, 0, 2).state == VALUE_TEXT) {
        out->snapshot_key = strdup(db_rows_text(&rows, 0, 2));
        if (out->snapshot_key == NULL)
            return err_nomem(err, "state");
    }
    if (db_rows_at(&rows, 0, 6).state == VALUE_TEXT) {
        out->own_columns = strdup(db_rows_text(&rows, 0, 6));
        if (out->own_columns == NULL)
            return err_nomem(err, "state");
    }
    return 0;
}

void mapping_memory_close(struct mapping_memory *memory)
{
    free(memory->snapshot_key);
    free(memory->own_columns);
    *memory = (struct mapping_memory){.sheet_id = -1};
}

int state_save_tab(struct state *s, const struct mapping *m, struct err *err)
{
    struct db_param params[] = {DB_P_INT(m->sheet_id), DB_P_TEXT(m->cfg->name)};

    return state_run(s, "UPDATE @.mapping_state SET sheet_id = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_snapshot(struct state *s, const char *mapping, enum snapshot_phase phase,
                        const char *key, int64_t rows, struct err *err)
{
    static const char *const names[] = {"none", "running", "done"};
    struct db_param params[] = {DB_P_TEXT(names[phase]), key == NULL ? DB_P_NULL : DB_P_TEXT(key),
                                DB_P_INT(rows), DB_P_TEXT(mapping)};

    return state_run(
        s,
        "UPDATE @.mapping_state SET snapshot = ?, snapshot_key = ?, snapshot_rows = ?, "
        "snapshot_total = NULL, snapshot_left_s = NULL, snapshot_wait = '' "
        "WHERE mapping = ?",
        params, 4, NULL, err);
}

int state_save_progress(struct state *s, const char *mapping,
                        const struct snapshot_progress *progress, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(progress->key), DB_P_INT(progress->rows),
                                progress->total > 0 ? DB_P_INT(progress->total) : DB_P_NULL,
                                progress->left_s >= 0 ? DB_P_INT(progress->left_s) : DB_P_NULL,
                                DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET snapshot = 'running', snapshot_key = ?, "
                     "snapshot_rows = ?, snapshot_total = ?, snapshot_left_s = ? WHERE mapping = ?",
                     params, 5, NULL, err);
}

int state_save_wait(struct state *s, const char *why, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(why), DB_P_TEXT(s->cfg->instance)};

    return state_run(s,
                     "UPDATE @.mapping_state SET snapshot_wait = ? "
                     "WHERE instance = ? AND snapshot <> 'done'",
                     params, 2, NULL, err);
}

int state_save_health(struct state *s, const char *mapping, const char *state,
                      const struct err *problem, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(state), DB_P_NULL, DB_P_TEXT(mapping)};

    metrics_set_state(METRIC_MAPPING_STATE, metrics_place(METRICS_LABEL_MAPPING, mapping),
                      metrics_place(METRICS_LABEL_STATE, state));
    if (problem == NULL) {
        params[1] = params[2];
        return state_run(s, "UPDATE @.mapping_state SET state = ? WHERE mapping = ?", params, 2,
                         NULL, err);
    }
    params[1] = DB_P_TEXT(problem->msg);
    return state_run(s,
                     "UPDATE @.mapping_state SET state = ?, last_error = ?, "
                     "last_error_at = UTC_TIMESTAMP(3) WHERE mapping = ?",
                     params, 3, NULL, err);
}

int state_save_own(struct state *s, const char *mapping, const char *columns, struct err *err)
{
    struct db_param params[] = {DB_P_TEXT(columns), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET own_columns = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_cells(struct state *s, const char *mapping, int64_t cells, struct err *err)
{
    struct db_param params[] = {DB_P_INT(cells), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET spreadsheet_cells = ? WHERE mapping = ?",
                     params, 2, NULL, err);
}

int state_save_joined(struct state *s, const char *mapping, enum joined joined, struct err *err)
{
    struct db_param params[] = {DB_P_INT(joined), DB_P_TEXT(mapping)};

    return state_run(s, "UPDATE @.mapping_state SET is_joined = ? WHERE mapping = ?", params, 2,
                     NULL, err);
}

int state_save_held(struct state *s, const char *mapping, unsigned n, const char *keys,
                    struct err *err)
{
    struct db_param params[] = {DB_P_INT(n), DB_P_TEXT(keys), DB_P_TEXT(mapping)};

    return state_run(s,
                     "UPDATE @.mapping_state SET held_deletes = ?, held_keys = ? WHERE mapping = ?",
                     params, 3, NULL, err);
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

/* The row is locked until the end, so nobody can take the lease meanwhile; renewed, so that who
 * waits for that lock sees that its holder lives, however long it takes (replicator/lease.c). */
int state_ack_begin(struct state *s, struct err *err)
{
    struct db_param params[] = {DB_P_INT(s->lease_us), DB_P_TEXT(s->cfg->instance),
                                DB_P_INT((int64_t)s->token)};

    if (db_exec(s->db, "BEGIN", NULL, err) != 0 ||
        state_run(s,
                  "UPDATE @.lease SET expires_at = UTC_TIMESTAMP(3) + INTERVAL ? MICROSECOND "
                  "WHERE instance = ? AND token = ?",
                  params, 3, NULL, err) != 0)
        return -1;
    if (db_affected_rows(s->db) > 0)
        return 0;
    state_ack_abort(s);
    return err_set(err, ERR_STOPPED, "lease: another replicator has taken over this instance");
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
