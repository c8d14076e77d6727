/* SPDX-License-Identifier: Apache-2.0 */
/* state_prune: what grows in the state database goes when it is old (schemas/state-6.sql). */
#include "replicator/sync/state.h"

enum { AT_ID, AT_TIME };

/* IS_OVER: the row is needed no more, but for its age. The newest row stays in each: a server that
 * forgets AUTO_INCREMENT with its restart would give its number again. */
struct log_table {
    const char *name, *time, *is_over;
};
static const struct log_table tables[STATE_LOGS] = {
    [STATE_EDITS] = {"edit_log", "received_at",
                     "NOT EXISTS (SELECT 1 FROM @.conflicts c WHERE c.edit_id = t.edit_id "
                     "AND c.state <> 'resolved')"},
    [STATE_CONFLICTS] = {"conflicts", "resolved_at", "state = 'resolved'"},
    [STATE_SIGNALS] = {"signals", "created_at",
                       "TRUE"}, /* the replicator takes them in the binlog */
};

const char *state_log_name(enum state_log log)
{
    return log == STATE_TOMBSTONES ? "tombstone" : tables[log].name;
}

/* Rows of mappings that another instance runs are its own to prune. */
#define IS_OURS \
    "NOT EXISTS (SELECT 1 FROM @.mapping_state o WHERE o.mapping = t.mapping AND o.instance <> ?)"

/* The oldest ones that may go. Without a lock, so that no edit waits for rows that stay. */
static int find(struct state *s, const struct log_table *t, int64_t keep_ms, struct db_rows *rows,
                struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    const struct db_param params[] = {DB_P_INT(keep_ms * 1000), DB_P_TEXT(s->cfg->instance),
                                      DB_P_INT(STATE_PRUNE_ROWS)};

    buf_printf(&sql,
               "SELECT id, %s FROM @.%s t WHERE %s < UTC_TIMESTAMP(3) - INTERVAL ? MICROSECOND "
               "AND id < (SELECT MAX(id) FROM @.%s) AND %s AND " IS_OURS " ORDER BY %s LIMIT ?",
               t->time, t->name, t->time, t->name, t->is_over, t->time);
    if (sql.is_failed)
        return err_nomem(err, "state");
    return state_run(s, sql.ptr, params, 3, rows, err);
}

/* One text for any number: the last row is named again. */
static int remove_rows(struct state *s, const struct log_table *t, const struct db_rows *rows,
                       struct err *err)
{
    CLEANUP_BUF struct buf sql = BUF_INIT;
    struct db_param params[STATE_PRUNE_ROWS];

    buf_printf(&sql, "DELETE FROM @.%s WHERE id IN (", t->name);
    for (size_t i = 0; i < STATE_PRUNE_ROWS; i++) {
        size_t r = i < rows->n_rows ? i : rows->n_rows - 1;

        buf_puts(&sql, i == 0 ? "?" : ", ?");
        params[i] = DB_P_INT(db_rows_int(rows, r, AT_ID));
    }
    buf_putc(&sql, ')');
    if (sql.is_failed)
        return err_nomem(err, "state");
    return state_run(s, sql.ptr, params, STATE_PRUNE_ROWS, NULL, err);
}

/* What people are told of it (tabrelay log, status). */
static int record(struct state *s, const struct log_table *t, const struct db_rows *rows,
                  struct err *err)
{
    const struct db_param params[] = {DB_P_TEXT(s->cfg->instance), DB_P_TEXT(t->name),
                                      DB_P_TEXT(db_rows_text(rows, rows->n_rows - 1, AT_TIME)),
                                      DB_P_INT((int64_t)rows->n_rows)};

    return state_run(s,
                     "INSERT INTO @.pruned (instance, table_name, newest, n_rows, pruned_at) "
                     "VALUES (?, ?, ?, ?, UTC_TIMESTAMP(3)) ON DUPLICATE KEY UPDATE "
                     "newest = GREATEST(newest, VALUES(newest)), "
                     "n_rows = n_rows + VALUES(n_rows), pruned_at = VALUES(pruned_at)",
                     params, 4, NULL, err);
}

static int prune_log(struct state *s, const struct log_table *t, int64_t keep_ms, size_t *n,
                     struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;

    if (find(s, t, keep_ms, &rows, err) != 0)
        return -1;
    if (rows.n_rows == 0)
        return 0;
    if (state_ack_begin(s, err) != 0)
        return -1;
    if (remove_rows(s, t, &rows, err) != 0 || record(s, t, &rows, err) != 0 ||
        state_ack_commit(s, err) != 0) {
        state_ack_abort(s);
        return -1;
    }
    *n = rows.n_rows;
    return 0;
}

static int prune_tombstones(struct state *s, int64_t keep_ms, size_t *n, struct err *err)
{
    const struct db_param params[] = {DB_P_INT(keep_ms * 1000), DB_P_INT(STATE_PRUNE_ROWS)};

    if (state_ack_begin(s, err) != 0)
        return -1;
    if (state_run(s,
                  "DELETE FROM @.tombstone WHERE deleted_at < UTC_TIMESTAMP(3) - INTERVAL ? "
                  "MICROSECOND ORDER BY deleted_at LIMIT ?",
                  params, 2, NULL, err) != 0) {
        state_ack_abort(s);
        return -1;
    }
    *n = (size_t)db_affected_rows(s->db);
    return state_ack_commit(s, err);
}

int state_prune(struct state *s, enum state_log log, int64_t keep_ms, size_t *n, struct err *err)
{
    int rc;

    *n = 0;
    rc = log == STATE_TOMBSTONES ? prune_tombstones(s, keep_ms, n, err)
                                 : prune_log(s, &tables[log], keep_ms, n, err);
    return rc == 0 ? 0 : err_wrap(err, "%s", state_log_name(log));
}

/* MySQL keeps its estimates for a day unless it is told otherwise. */
int state_log_rows(struct state *s, int64_t n_rows[STATE_LOGS], struct err *err)
{
    CLEANUP_ROWS struct db_rows rows = DB_ROWS_INIT;
    const struct db_param params[] = {DB_P_TEXT(s->cfg->mysql.state_database)};

    if (db_exec(s->db,
                "SET @tabrelay = 0 /*!80003 , SESSION information_schema_stats_expiry = 0 */", NULL,
                err) != 0 ||
        db_run(s->db,
               "SELECT TABLE_NAME, TABLE_ROWS FROM information_schema.TABLES "
               "WHERE TABLE_SCHEMA = ?",
               params, 1, &rows, err) != 0)
        return err_wrap(err, "state");
    for (size_t log = 0; log < STATE_LOGS; log++) {
        n_rows[log] = -1;
        for (size_t r = 0; r < rows.n_rows; r++)
            if (strcmp(db_rows_text(&rows, r, 0), state_log_name((enum state_log)log)) == 0)
                n_rows[log] = db_rows_int(&rows, r, 1);
    }
    return 0;
}
